# The built-in processes; each has a line in builtin.c, too.
set(builtin_files builtin/cloudless.lua builtin/convert.lua)
