/* SPDX-License-Identifier: MIT */
#include "negotiate.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* `;q=0.5`, with blanks anywhere; 1 when there is none. In thousandths. */
static int weight_of(const char *parameters, size_t length)
{
    const char *end = parameters + length;
    for (const char *at = parameters; at < end;) {
        at += strspn(at, " \t;");
        if (at + 1 < end && (*at == 'q' || *at == 'Q') && at[1] == '=') {
            char *stop;
            double weight = strtod(at + 2, &stop);
            bool is_number = stop > at + 2 && weight >= 0 && weight <= 1;
            return is_number ? (int)(weight * 1000 + 0.5) : 0;
        }
        at += strcspn(at, ";,");
    }
    return 1000;
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

bool tw_accepts_gzip(const char *accept_encoding)
{
    int gzip = -1, plain = -1, any = -1;
    for (const char *at = accept_encoding; at != NULL && *at != '\0'; at += *at == ',') {
        at += strspn(at, blanks);
        size_t name = strcspn(at, " \t;,"), whole = strcspn(at, ",");
        int weight = weight_of(at + name, whole - name);
        if (is_word(at, name, "gzip") || is_word(at, name, "x-gzip"))
            gzip = weight;
        else if (is_word(at, name, "identity"))
            plain = weight;
        else if (is_word(at, name, "*"))
            any = weight;
        at += whole;
    }
    if (gzip < 0)
        gzip = any;
    return gzip > 0 && gzip >= plain;
}

/* A number of digits alone; SIZE_MAX when it is larger. */
static bool read_size(const char **text, size_t *size)
{
    size_t digits = strspn(*text, "0123456789");
    *size = digits > 18 ? SIZE_MAX : (size_t)strtoull(*text, NULL, 10);
    *text += digits;
    return digits > 0;
}

enum tw_range_answer tw_range_of(const char *range, size_t size, size_t *first, size_t *length)
{
    size_t last = SIZE_MAX;
    if (range == NULL || strncasecmp(range, "bytes=", 6) != 0)
        return TW_RANGE_ALL;
    range += 6;
    bool has_first = read_size(&range, first);
    if (*range++ != '-')
        return TW_RANGE_ALL;
    bool has_last = read_size(&range, &last);
    if (range[strspn(range, blanks)] != '\0' || (!has_first && !has_last) ||
        (has_first && has_last && last < *first))
        return TW_RANGE_ALL;
    if (!has_first) { /* so many at the end */
        *first = last < size ? size - last : 0;
        *length = size - *first;
        return *length > 0 ? TW_RANGE_PART : TW_RANGE_NONE;
    }
    if (*first >= size)
        return TW_RANGE_NONE;
    *length = (has_last && last < size ? last + 1 : size) - *first;
    return TW_RANGE_PART;
}

bool tw_etag_is_among(const char *tags, const char *etag)
{
    size_t length = strlen(etag);
    if (tags == NULL)
        return false;
    if (strcmp(tags, "*") == 0)
        return true;
    for (const char *at = tags; *at != '\0';) {
        at += strspn(at, " \t,");
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        size_t tag = strcspn(at, ",");
        while (tag > 0 && strchr(blanks, at[tag - 1]) != NULL)
            tag--;
        if (tag == length && strncmp(at, etag, length) == 0)
            return true;
        at += strcspn(at, ",");
    }
    return false;
}
