/*
 * Presents /dev/i2c-1 to any process: LD_PRELOAD this and name a Unix socket in
 * NIGHTROOM_I2C_SOCKET. Opening the device connects to it; every transfer is one packet
 * there and one back, answered by register models (tests/fakes/i2c_server.py).
 *
 * Request: per message address, flags, length (native 16 bit each), then the bytes of a
 * write. Answer: errno (native 32 bit, 0 for none), then the bytes of all reads in order.
 * Not here: SMBus ioctls. Neither Blinka nor i2ctransfer uses them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEVICE "/dev/i2c-1"
#define MAX_FD 1024
#define MAX_PACKET 16384

/* The 7-bit address chosen on each descriptor, plus one; 0 is not ours. */
static int chosen[MAX_FD];

static void *next_of(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

static int ours(int fd) { return fd >= 0 && fd < MAX_FD && chosen[fd] != 0; }

static int connected(void) {
    const char *path = getenv("NIGHTROOM_I2C_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (path == NULL || strlen(path) >= sizeof to.sun_path) {
        errno = ENOENT;
        return -1;
    }
    strcpy(to.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (fd >= MAX_FD || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(fd);
        errno = ENOENT; /* no bus is what a missing device file says too */
        return -1;
    }
    chosen[fd] = 1;
    return fd;
}

static int transfer(int fd, struct i2c_msg *messages, unsigned count) {
    unsigned char packet[MAX_PACKET];
    size_t used = 0;
    for (unsigned i = 0; i < count; i++) {
        uint16_t head[3] = {messages[i].addr, messages[i].flags, messages[i].len};
        size_t data = messages[i].flags & I2C_M_RD ? 0 : messages[i].len;
        if (used + sizeof head + data > sizeof packet) {
            errno = EINVAL;
            return -1;
        }
        memcpy(packet + used, head, sizeof head);
        used += sizeof head;
        memcpy(packet + used, messages[i].buf, data);
        used += data;
    }
    ssize_t got = -1;
    if (send(fd, packet, used, MSG_NOSIGNAL) == (ssize_t)used)
        got = recv(fd, packet, sizeof packet, 0);
    int32_t code = EREMOTEIO;
    if (got >= (ssize_t)sizeof code) memcpy(&code, packet, sizeof code);
    if (code != 0) {
        errno = code;
        return -1;
    }
    size_t at = sizeof code;
    for (unsigned i = 0; i < count; i++) {
        if (!(messages[i].flags & I2C_M_RD)) continue;
        if (at + messages[i].len > (size_t)got) {
            errno = EIO;
            return -1;
        }
        memcpy(messages[i].buf, packet + at, messages[i].len);
        at += messages[i].len;
    }
    return (int)count;
}

#define OPEN_LIKE(name, before_types, before_args)                                     \
    int name(before_types const char *path, int flags, ...) {                          \
        va_list more;                                                                  \
        va_start(more, flags);                                                         \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;        \
        va_end(more);                                                                  \
        if (strcmp(path, DEVICE) == 0) return connected();                             \
        int (*next)(before_types const char *, int, ...) = next_of(#name);             \
        return next(before_args path, flags, mode);                                    \
    }
#define NOTHING
#define DIRECTORY_TYPE int directory,
#define DIRECTORY_ARG directory,
OPEN_LIKE(open, NOTHING, NOTHING)
OPEN_LIKE(open64, NOTHING, NOTHING)
OPEN_LIKE(openat, DIRECTORY_TYPE, DIRECTORY_ARG)
OPEN_LIKE(openat64, DIRECTORY_TYPE, DIRECTORY_ARG)

int ioctl(int fd, unsigned long request, ...) {
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (!ours(fd)) {
        int (*next)(int, unsigned long, ...) = next_of("ioctl");
        return next(fd, request, argument);
    }
    switch (request) {
    case I2C_SLAVE:
    case I2C_SLAVE_FORCE:
        chosen[fd] = (int)(uintptr_t)argument + 1;
        return 0;
    case I2C_FUNCS:
        *(unsigned long *)argument = I2C_FUNC_I2C;
        return 0;
    case I2C_RDWR: {
        struct i2c_rdwr_ioctl_data *data = argument;
        return transfer(fd, data->msgs, data->nmsgs);
    }
    default:
        errno = ENOTTY;
        return -1;
    }
}

static ssize_t one(int fd, void *bytes, size_t count, uint16_t flags) {
    struct i2c_msg message = {
        .addr = (uint16_t)(chosen[fd] - 1), .flags = flags, .len = (uint16_t)count, .buf = bytes};
    return transfer(fd, &message, 1) < 0 ? -1 : (ssize_t)count;
}

ssize_t read(int fd, void *bytes, size_t count) {
    if (ours(fd)) return one(fd, bytes, count, I2C_M_RD);
    ssize_t (*next)(int, void *, size_t) = next_of("read");
    return next(fd, bytes, count);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (ours(fd)) return one(fd, (void *)bytes, count, 0);
    ssize_t (*next)(int, const void *, size_t) = next_of("write");
    return next(fd, bytes, count);
}

int close(int fd) {
    if (ours(fd)) chosen[fd] = 0;
    int (*next)(int) = next_of("close");
    return next(fd);
}
