/* SPDX-License-Identifier: MIT */
#include "error.h"

#include "secret.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum tw_status tw_error_set(struct tw_error *err, enum tw_status status, const char *format, ...)
{
    if (err == NULL)
        return status;
    va_list arguments;
    va_start(arguments, format);
    err->status = status;
    vsnprintf(err->message, sizeof(err->message), format, arguments);
    va_end(arguments);
    tw_hide_secrets(err->message);
    return status;
}

enum tw_status tw_error_prefix(struct tw_error *err, const char *format, ...)
{
    if (err == NULL)
        return TW_OK;
    char tail[TW_ERROR_SIZE];
    memcpy(tail, err->message, sizeof(tail));
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(err->message, sizeof(err->message), format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof(err->message))
        snprintf(err->message + length, sizeof(err->message) - (size_t)length, "%s", tail);
    tw_hide_secrets(err->message);
    return err->status;
}

enum tw_status tw_error_nomem(struct tw_error *err)
{
    return tw_error_set(err, TW_ENOMEM, "out of memory");
}
