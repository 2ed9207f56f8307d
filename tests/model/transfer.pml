/*
 * The transfer protocol above MQTT, with everything that may happen to it.
 *
 * One room: a journal and its sender, a broker that keeps nothing but one acknowledgement,
 * a monitor and its store. A batch is one record. Every step is atomic; what may interleave
 * are the steps. Faults are few (FAULTS) and in any order at any moment, so whatever still
 * goes round in circles after them is a livelock: RETRIES without any progress fail.
 *
 * Checked: trimmed => stored; an acknowledgement covers nothing that is not answered for;
 * nothing held is declared lost; one row a key; every journalled minute ends stored,
 * declared, deleted or excused; the backlog empties; a young backup costs nothing.
 *
 * -DTRIM_ON_PUBACK, -DACK_BEFORE_COMMIT, -DONLY_HIGHER, -DNO_STREAM_ID, -DNO_HOLES,
 * -DNO_GRACE and -DRETAINED_PROVES each take one rule away, and must fail.
 */

#ifndef MINUTES
#define MINUTES 3
#endif
#ifndef FAULTS
#define FAULTS 3
#endif
#define STREAMS (FAULTS + 1)    /* every fault may cost one */
#define RETRIES 10
#define SILENCE 2               /* answers of another store, after which ours is silent */
#define WIDTH 4                 /* seqs a stream can have: MINUTES + 1 */
#define KEYS (STREAMS * WIDTH)
#define KEY(s, q) ((s) * WIDTH + (q))

/* what is true */
byte made;                      /* minutes journalled: 1 to made */
byte was[KEYS];                 /* the minute that ever travelled under a key, 0: none */
bool excused[WIDTH];            /* an accident left no copy of this minute anywhere */
bool left_card[WIDTH];          /* given up, spoiled, or gone with a card */
byte faults = FAULTS;

/* the journal */
byte stream, streams = 1, low = 1, next = 1;
bool hole[WIDTH];

/* the sender */
byte obeyed, proven, proven_long_ago, known_store, silence, tries;
bool position_known;

/* the way: records up, acknowledgements down, the one the broker retains */
chan up = [2] of { byte, byte, byte, byte };       /* stream, seq, minute, lowest seq */
chan down = [2] of { byte, byte, byte, byte };     /* store, stream, position, minute there */
#define RETAINED 8              /* beside the minute: the broker's memory, not the store's word */
byte kept_store, kept_stream, kept_position, kept_minute;
byte older_store, older_stream, older_position, older_minute;

/* the monitor and its store */
byte store_id = 1, heard_stream;
bool owes_answer, has_heard;
byte row[KEYS], position[STREAMS];
bool gap[KEYS], deleted[WIDTH];
#ifdef ACK_BEFORE_COMMIT
bool owes_commit;
byte late_seq, late_minute, late_low;
#endif

bool has_backup;
byte backup_row[KEYS], backup_position[STREAMS];
bool backup_gap[KEYS];

/* scratch, always zeroed */
byte i, j, a, b, c, d, first;
bool found, stands;

#define is_held(q) ((q) >= low && (q) < next && !hole[q])
#define wanted(q) ((q) > obeyed && is_held(q))
#define has_more (wanted(1) || wanted(2) || wanted(3))
#ifdef ACK_BEFORE_COMMIT
#define in_flight (len(up) > 0 || len(down) > 0 || owes_answer || owes_commit)
#else
#define in_flight (len(up) > 0 || len(down) > 0 || owes_answer)
#endif

/* first: the lowest seq above obeyed that is held, next if none is */
inline find_first() {
  first = (obeyed + 1 > low -> obeyed + 1 : low);
  do
  :: first < next && hole[first] -> first++
  :: else -> break
  od
}

/* found: somebody answers for minute m in the present store */
inline look_up(m) {
  found = deleted[m] || excused[m];
  for (j : 0 .. KEYS - 1) {
    if
    :: was[j] == m && (row[j] == m || gap[j]) -> found = true
    :: else
    fi
  }
  j = 0
}

/* found: the present journal holds minute m */
inline look_on_card(m) {
  found = false;
  for (j : 1 .. WIDTH - 1) {
    if
    :: is_held(j) && was[KEY(stream, j)] == m -> found = true
    :: else
    fi
  }
  j = 0
}

inline progress() { tries = 0 }

inline start_over() { position_known = false; tries = 0 }

/* everything up to the position of stream s is stored, declared or deleted */
inline require_true(s, p) {
  for (j : 1 .. p) {
    assert(row[KEY(s, j)] != 0 || gap[KEY(s, j)] || deleted[was[KEY(s, j)]])
  }
  j = 0
}

inline publish_ack(s, p, m) {
  require_true(s, p);
  older_store = kept_store; older_stream = kept_stream;
  older_position = kept_position; older_minute = kept_minute;
  kept_store = store_id; kept_stream = s; kept_position = p; kept_minute = m;
  if
  :: len(down) < 2 -> down!store_id, s, p, m
  :: else                       /* lost; the sender asks again */
  fi
}

inline acknowledge() {
  owes_answer = false;
  publish_ack(heard_stream, position[heard_stream],
              row[KEY(heard_stream, position[heard_stream])])
}

/* the monitor starts, connects, and says what it holds */
inline restart_monitor() {
  owes_answer = has_heard;
#ifdef ACK_BEFORE_COMMIT
  owes_commit = false;
#endif
  do
  :: len(up) > 0 -> up?_, _, _, _
  :: len(up) == 0 -> break
  od;
  skip
}

/* a batch carries its sender's holes; here they are looked up where they came from */
#define hole_was_declared(q) (heard_stream == stream && hole[q])

/* record q of stream a, minute c, of a sender that holds nothing below d: stored at once */
inline commit(q, m, lowest) {
  stands = true;
  first = position[heard_stream] + 1;
  do
  :: first < q ->
     if
     :: first < lowest || hole_was_declared(first) ->
        look_on_card(was[KEY(heard_stream, first)]);
        assert(!found);         /* nothing held is declared lost */
        first++
     :: else -> break
     fi
  :: else -> break
  od;
  if
  :: first == q ->
     for (i : position[heard_stream] + 1 .. q - 1) { gap[KEY(heard_stream, i)] = true }
     i = 0;
     assert(row[KEY(heard_stream, q)] == 0);        /* one row a key */
     if
     :: !deleted[m] -> row[KEY(heard_stream, q)] = m
     :: else
     fi;
     position[heard_stream] = q;
     progress()
  :: else                                           /* a duplicate, or a part is missing */
  fi;
  first = 0; stands = false; found = false
}

inline take_batch() {
  up?a, b, c, d;
  heard_stream = a; has_heard = true;
#ifdef ACK_BEFORE_COMMIT
  if
  :: b == position[a] + 1 && !owes_commit ->
     owes_commit = true; late_seq = b; late_minute = c; late_low = d;
     publish_ack(a, b, c)
  :: else -> commit(b, c, d); owes_answer = true
  fi;
#else
  commit(b, c, d);
  owes_answer = true;
#endif
  a = 0; b = 0; c = 0; d = 0
}

/* begin a stream behind what is acknowledged or given up, carrying all that is held */
inline new_stream() {
  if
  :: streams < STREAMS ->
     d = (proven < low - 1 -> proven : low - 1);
     for (i : 1 .. WIDTH - 1) {
       if
       :: i > d && i < next ->
          was[KEY(streams, i - d)] = was[KEY(stream, i)];
          hole[i - d] = hole[i]
       :: else
       fi
     }
     for (i : next - d .. WIDTH - 1) { hole[i] = false }
     i = 0;
     stream = streams; streams++;
     low = low - d; next = next - d;
     obeyed = 0; proven = 0; proven_long_ago = 0;
     d = 0;
     start_over()
  :: else                       /* at most one an hour */
  fi
}

/* trim what the store has proven to hold for two weeks, never the last record */
inline trim(up_to) {
  do
  :: low <= up_to && low + 1 < next ->
     if
     :: hole[low] -> skip
     :: else ->
        look_up(was[KEY(stream, low)]);
        assert(found || left_card[was[KEY(stream, low)]])  /* trimmed => stored */
     fi;
     hole[low] = false;
     low++
  :: else -> break
  od;
  found = false
}

inline obey(p, m, is_retained) {
#ifdef RETAINED_PROVES
  stands = m != 0 && is_held(p) && was[KEY(stream, p)] == m;
#else
  stands = m != 0 && is_held(p) && was[KEY(stream, p)] == m && !is_retained;
#endif
#ifdef ONLY_HIGHER
  if
  :: p < obeyed -> p = obeyed; stands = false
  :: else
  fi;
#endif
  proven = (stands -> p : (p < proven -> p : proven));
  proven_long_ago = (proven < proven_long_ago -> proven : proven_long_ago);
#ifdef NO_GRACE
  proven_long_ago = proven;
#endif
  if
  :: p > obeyed -> progress()
  :: else
  fi;
  obeyed = p; position_known = true;
  if
  :: stands -> trim(proven_long_ago)
  :: else
  fi;
  stands = false
}

inline take_ack() {
  down?a, b, c, d;
  i = d & RETAINED; d = d - i;
  if
  :: b != stream
  :: b == stream && known_store != 0 && a != known_store && silence < SILENCE ->
     silence++
  :: else ->
     if
     :: known_store != 0 && a != known_store -> proven = 0; proven_long_ago = 0
     :: else
     fi;
     known_store = a; silence = 0;
     if
     :: c >= next || (d != 0 && c >= low && (hole[c] || was[KEY(stream, c)] != d)) ->
        if
        :: i -> skip            /* only on the store's own word */
        :: else -> new_stream()
        fi
     :: else -> obey(c, d, i)
     fi
  fi;
  i = 0; a = 0; b = 0; c = 0; d = 0
}

inline keep_a_minute() {
  made++;
  was[KEY(stream, next)] = made;
  hole[next] = false;
  next++;
  progress()
}

inline send() {
  find_first();
  if
  :: !position_known ->         /* hello: the monitor answers */
     heard_stream = stream; has_heard = true;
     owes_answer = true
  :: else ->
#ifdef NO_HOLES
     up!stream, first, was[KEY(stream, first)], 1;
#else
     up!stream, first, was[KEY(stream, first)], low;
#endif
#ifdef TRIM_ON_PUBACK
     trim(first)
#endif
  fi;
  tries++;
  first = 0;
  assert(tries < RETRIES)       /* finite faults => the backlog empties */
}

/* minutes never end: the next one, which is not modelled, is answered with the truth */
#define is_settled (obeyed == position[stream] && known_store == store_id)
inline ask_again() {
  heard_stream = stream; has_heard = true;
  owes_answer = true;
  tries++;
  assert(tries < RETRIES)
}

inline reconnect_sender() {
  start_over();
  do
  :: len(down) > 0 -> down?_, _, _, _
  :: len(down) == 0 -> break
  od;
  if
  :: kept_store != 0 -> down!kept_store, kept_stream, kept_position, kept_minute | RETAINED
  :: else
  fi
}

/* what one store had proven to hold goes with that store, and here with the card as well */
inline give_up(q) {
  a = was[KEY(stream, q)];
  left_card[a] = true;
  look_up(a);
  excused[a] = excused[a] || (!found && q <= proven);
  a = 0; found = false;
  progress()
}

inline two_weeks_pass() {
  proven_long_ago = proven;
  has_backup = false;
  for (i : 0 .. KEYS - 1) { backup_row[i] = 0; backup_gap[i] = false }
  for (i : 0 .. STREAMS - 1) { backup_position[i] = 0 }
  i = 0
}

inline back_up() {
  has_backup = true;
  for (i : 0 .. KEYS - 1) { backup_row[i] = row[i]; backup_gap[i] = gap[i] }
  for (i : 0 .. STREAMS - 1) { backup_position[i] = position[i] }
  i = 0
}

/* the store as it was, without what has been deleted since; young: nothing may be lost */
inline roll_back(young) {
  for (i : 1 .. made) {
    look_up(i);
    a = a + (found -> 1 << i : 0)
  }
  for (i : 0 .. KEYS - 1) {
    row[i] = (young && !deleted[backup_row[i]] -> backup_row[i] : 0);
    gap[i] = young && backup_gap[i]
  }
  for (i : 0 .. STREAMS - 1) { position[i] = (young -> backup_position[i] : 0) }
  for (i : 1 .. made) {
    look_up(i);
    if
    :: (a & (1 << i)) && !found ->
       look_on_card(i);
       for (j : 1 .. WIDTH - 1) {
         /* a store replaced by an empty one is filled again from two weeks, no more */
         found = found && (young || j > proven_long_ago || was[KEY(stream, j)] != i)
       }
       j = 0;
       if
       :: !found -> assert(!young || left_card[i]); excused[i] = true
       :: else
       fi
    :: else
    fi
  }
  i = 0; a = 0; found = false;
  restart_monitor()
}

inline replace_journal() {
  for (i : 1 .. made) {
    left_card[i] = true;
    look_up(i);
    excused[i] = !found || excused[i]
  }
  for (i : 1 .. WIDTH - 1) { hole[i] = false }
  i = 0; found = false;
#ifndef NO_STREAM_ID
  stream = streams; streams++;
#endif
  low = 1; next = 1; obeyed = 0; proven = 0; proven_long_ago = 0; known_store = 0;
  reconnect_sender()
}

active proctype everything() {
  do
  /* what passes by itself */
  :: d_step { made < MINUTES && next < WIDTH -> keep_a_minute() }
  :: d_step { len(up) > 0 -> take_batch() }
  :: d_step { len(down) > 0 -> take_ack() }
  :: d_step { owes_answer -> acknowledge() }
#ifdef ACK_BEFORE_COMMIT
  :: d_step { owes_commit ->
       a = late_seq; b = late_minute; c = late_low; owes_commit = false;
       commit(a, b, c); a = 0; b = 0; c = 0 }
#endif
  :: d_step { !in_flight && (!position_known || has_more) -> send() }
  :: d_step { !in_flight && position_known && !has_more && made > 0 && !is_settled -> ask_again() }
  :: d_step { faults && has_backup == false && has_heard -> faults--; back_up() }
  :: d_step { faults && !in_flight && proven_long_ago != proven -> faults--; two_weeks_pass() }

  /* faults */
  :: d_step { faults && len(up) > 0 -> faults--; up?a, b, c, d; a = 0; b = 0; c = 0; d = 0 }
  :: d_step { faults && len(up) > 0 && len(up) < 2 -> faults--; up?<a, b, c, d>; up!a, b, c, d;
              a = 0; b = 0; c = 0; d = 0 }
  :: d_step { faults && len(down) > 0 && len(down) < 2 -> faults--; down?<a, b, c, d>;
              down!a, b, c, d; a = 0; b = 0; c = 0; d = 0 }
  :: d_step { faults && len(down) > 0 -> faults--; reconnect_sender() }
  :: d_step { faults ->         /* the broker restarts, from its last autosave */
       faults--;
       kept_store = older_store; kept_stream = older_stream;
       kept_position = older_position; kept_minute = older_minute;
       restart_monitor(); reconnect_sender() }
  :: d_step { faults && made -> /* the sensor daemon is killed */
       faults--;
       obeyed = 0; proven = 0; proven_long_ago = 0; known_store = 0;
       reconnect_sender() }
  :: d_step { faults && in_flight -> faults--; restart_monitor() }
  :: d_step { faults && made && streams < STREAMS -> faults--; replace_journal() }
  :: d_step { faults && low + 1 < next && !hole[low + 1] ->   /* the journal overflows */
       faults--;
       give_up(low); hole[low] = false; low++ }
  :: d_step { faults && low + 2 < next && !hole[low + 1] ->   /* a line is spoiled */
       faults--;
       give_up(low + 1); hole[low + 1] = true }
  :: d_step { faults && has_backup -> faults--; roll_back(true) }
  :: d_step { faults && has_heard -> faults--; store_id = 3 - store_id; has_backup = false;
              roll_back(false) }
  :: d_step { faults && made && !deleted[made] ->             /* the user deletes a range */
       faults--;
       deleted[made] = true;
       for (i : 0 .. KEYS - 1) { row[i] = (row[i] == made -> 0 : row[i]) }
       i = 0 }
  :: d_step { faults && made && len(down) < 2 -> faults--; down!store_id, stream, next, 0 }
  :: d_step { faults && made && len(down) < 2 -> faults--; down!store_id, stream, next - 1, 0 }
  :: d_step { faults && made && len(down) < 2 -> faults--; down!3 - store_id, stream, 0, 0 }
  :: d_step { faults && made == MINUTES -> faults = 0 }
  :: else -> break
  od;
  for (i : 1 .. made) {
    look_up(i);
    assert(found)               /* every journalled minute is answered for */
  }
}
