# Makes a .c file that holds the bytes of files: cmake -DOUTPUT=x.c -DFOLDER=dir -DFILES=a|b -DNAME=embedded -P embed.cmake
# NAME.h declares `struct tw_NAME tw_NAME_files[]` and `tw_num_NAME_files`.
string(REPLACE "|" ";" FILES "${FILES}")
set(arrays "")
set(table "")
set(number 0)
foreach(file IN LISTS FILES)
    file(READ "${FOLDER}/${file}" bytes HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "static const unsigned char file${number}[] = {\n${bytes}0x00};\n")
    string(APPEND table "    {\"${file}\", (const char *)file${number}, sizeof(file${number}) - 1},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"${NAME}.h\"\n\n${arrays}
const struct tw_${NAME} tw_${NAME}_files[] = {\n${table}};\nconst size_t tw_num_${NAME}_files = ${number};\n")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
