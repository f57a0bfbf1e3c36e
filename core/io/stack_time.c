/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <stdio.h>
#include <string.h>

struct moment {
    int year, month, day, hour, minute;
    double second;
    int parts; /* how many of these were said */
};

/* Days since 1970-01-01 in the Gregorian calendar (Hinnant 2013, days_from_civil). */
static long long days_from_civil(long long year, int month, int day)
{
    year -= month <= 2;
    long long era = (year >= 0 ? year : year - 399) / 400;
    long long year_of_era = year - era * 400;
    long long day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static double seconds_of(const struct moment *m)
{
    return (double)days_from_civil(m->year, m->month, m->day) * 86400 + m->hour * 3600.0 + m->minute * 60.0 +
           m->second;
}

/* `Z`, `+02:00`, or nothing (then it is UTC): seconds east. */
static bool parse_zone(const char *text, double *offset_s)
{
    int hours = 0, minutes = 0, end = 0;
    char sign = '+';
    *offset_s = 0;
    if (text[0] == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if (sscanf(text, "%c%2d:%2d%n", &sign, &hours, &minutes, &end) != 3 || text[end] != '\0' ||
        (sign != '+' && sign != '-'))
        return false;
    *offset_s = (hours * 3600.0 + minutes * 60.0) * (sign == '-' ? -1 : 1);
    return true;
}

static bool in_range(const struct moment *m)
{
    return m->month >= 1 && m->month <= 12 && m->day >= 1 && m->day <= 31 && m->hour >= 0 && m->hour <= 24 &&
           m->minute >= 0 && m->minute < 60 && m->second >= 0 && m->second < 61;
}

static bool parse_clock(const char *text, struct moment *m, double *offset_s)
{
    int end = 0;
    *offset_s = 0;
    if (text[0] == '\0')
        return true;
    if ((text[0] != 'T' && text[0] != 't' && text[0] != ' ') ||
        sscanf(text + 1, "%2d:%2d%n", &m->hour, &m->minute, &end) != 2)
        return false;
    m->parts = 5;
    text += 1 + end;
    if (text[0] == ':') {
        int whole = 0;
        if (sscanf(text, ":%2d%n", &whole, &end) != 1)
            return false;
        m->parts = 6;
        m->second = whole;
        text += end;
        double scale = 0.1;
        for (text += text[0] == '.'; text[0] >= '0' && text[0] <= '9'; text++, scale /= 10)
            m->second += (text[0] - '0') * scale;
    }
    return parse_zone(text, offset_s);
}

/* The last moment of what was said: `2023-08` ends with the 31st. */
static double last_of(const struct moment *m)
{
    struct moment next = *m;
    switch (m->parts) {
    case 1:
        next.year++;
        break;
    case 2:
        next.month++;
        break;
    case 3:
        return seconds_of(m) + 86400 - 1e-3;
    case 5:
        return seconds_of(m) + 60 - 1e-3;
    default:
        return seconds_of(m);
    }
    if (next.month > 12) {
        next.month = 1;
        next.year++;
    }
    return seconds_of(&next) - 1e-3;
}

bool tw_time_parse(const char *text, double *first_s, double *last_s)
{
    struct moment m = {.month = 1, .day = 1};
    int ends[3] = {0};
    m.parts = sscanf(text, "%4d%n-%2d%n-%2d%n", &m.year, &ends[0], &m.month, &ends[1], &m.day, &ends[2]);
    if (m.parts < 1 || ends[0] != 4)
        return false;
    const char *rest = text + ends[m.parts - 1];
    double offset_s = 0;
    bool is_date = m.parts == 3 ? parse_clock(rest, &m, &offset_s) : rest[0] == '\0';
    if (!is_date || !in_range(&m))
        return false;
    *first_s = seconds_of(&m) - offset_s;
    *last_s = last_of(&m) - offset_s;
    return true;
}
