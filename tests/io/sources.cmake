# The tests of the sources. read_fixture.c is shared by them.
tw_test(seams SOURCES test_seams.c read_fixture.c LIBRARIES tw_io)
