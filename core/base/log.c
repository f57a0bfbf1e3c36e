/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static void write_line(const char *start, const char *format, va_list arguments)
{
    char line[2200];
    int length = snprintf(line, sizeof(line), "tilewright: %s", start);
    int more = vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
    if (more < 0)
        return;
    tw_hide_secrets(line);
    length += more;
    if (length > (int)sizeof(line) - 2)
        length = (int)sizeof(line) - 2;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        return; /* nobody is left to be told */
}

void tw_log_warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line("warning: ", format, arguments);
    va_end(arguments);
}

void tw_log_info(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_line("", format, arguments);
    va_end(arguments);
}
