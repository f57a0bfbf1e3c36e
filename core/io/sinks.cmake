set(TW_SINK_FILES sink.c)
