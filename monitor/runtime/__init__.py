"""What every process needs to run: clock, config, logging, service, MQTT."""
