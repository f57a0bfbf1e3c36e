set(TW_SOURCE_FILES dataset.c)
