/* Dates of files, in the forms that they come in.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool digits(const char *text, int count)
{
    for (int i = 0; i < count; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return true;
}

/* `20230815` or `20230815T100031` at the beginning of a text, as RFC 3339. Returns its length; 0: neither. */
static size_t compact_date(const char *text, char date[32])
{
    if (!digits(text, 8) || isdigit((unsigned char)text[8]))
        return 0;
    if ((text[8] == 'T' || text[8] == 't') && digits(text + 9, 6) && !isdigit((unsigned char)text[15])) {
        snprintf(date, 32, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6, text + 9, text + 11,
                 text + 13);
        return 15;
    }
    snprintf(date, 32, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
    return 8;
}

static bool is_plausible(const char *date)
{
    double first_s, last_s;
    return tw_time_parse(date, &first_s, &last_s) && strcmp(date, "1800") > 0 && strcmp(date, "2200") < 0;
}

void tw_catalogue_date_in_name(const char *name, char date[32])
{
    for (const char *c = name; *c != '\0'; c++) {
        if (!isdigit((unsigned char)*c) || (c > name && isdigit((unsigned char)c[-1])))
            continue;
        if (compact_date(c, date) > 0 && is_plausible(date))
            return;
        snprintf(date, 32, "%.10s", c);
        if (strlen(date) == 10 && date[4] == '-' && date[7] == '-' && !isdigit((unsigned char)c[10]) &&
            is_plausible(date))
            return;
    }
    date[0] = '\0';
}

/* GDAL's and TIFF's forms, `2023/08/15 10:00:31+00` and `2023:08:15 10:00:31`, as RFC 3339. */
static void tidy(const char *text, char date[48])
{
    snprintf(date, 40, "%.39s", text);
    if (strlen(date) < 10 || !digits(date, 4) || strchr("/:", date[4]) == NULL || date[4] != date[7])
        return;
    date[4] = date[7] = '-';
    if (date[10] == ' ')
        date[10] = 'T';
    char *zone = strpbrk(date + 10, "+");
    if (zone != NULL && strlen(zone) == 3)
        strcat(zone, ":00");
}

bool tw_catalogue_date(struct tw_stack_item *item, const char *text, struct tw_arena *arena)
{
    char date[48], compact[32];
    double last_s;
    tidy(text, date);
    if (compact_date(text, compact) == strlen(text) && text[0] != '\0')
        memcpy(date, compact, sizeof(compact));
    if (!tw_time_parse(date, &item->time_s, &last_s))
        return false;
    item->datetime = tw_arena_strdup(arena, date);
    return item->datetime != NULL;
}
