# The tests of encoders and sinks. sink_fixture.c is shared by them.
tw_test(encode_png SOURCES test_encode_png.c sink_fixture.c LIBRARIES tw_io PkgConfig::PNG)
tw_test(encode_gtiff SOURCES test_encode_gtiff.c sink_fixture.c LIBRARIES tw_io PkgConfig::GDAL)
tw_test(storage SOURCES test_storage.c sink_fixture.c LIBRARIES tw_io)
tw_test(lock SOURCES test_lock.c sink_fixture.c LIBRARIES tw_io)
tw_test(journal SOURCES test_journal.c sink_fixture.c LIBRARIES tw_io)
tw_test(vsi_checked SOURCES test_vsi_checked.c sink_fixture.c LIBRARIES tw_io PkgConfig::GDAL)
tw_test(sink_directory SOURCES test_sink_directory.c sink_fixture.c LIBRARIES tw_io PkgConfig::GDAL)
tw_test(sink_gtiff_file SOURCES test_sink_gtiff_file.c sink_fixture.c LIBRARIES tw_io PkgConfig::GDAL)
