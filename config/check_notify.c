/* What is told at the end of a run, and to whom: `notify`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "check.h"
#include "file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const known_keys[] = {"url", "command", "on", "timeout"};
enum { NUM_KNOWN_KEYS = sizeof(known_keys) / sizeof(*known_keys) };

size_t tw_check_notify_keys(const char *const **names)
{
    *names = known_keys;
    return NUM_KNOWN_KEYS;
}

/* As execvp finds it, or below the folder of the configuration. */
static bool is_program(const struct tw_config *config, const char *name)
{
    if (strchr(name, '/') != NULL) {
        const char *path = tw_path_join(config->arena, config->folder, name);
        return path == NULL || (access(path, X_OK) == 0 && !tw_is_folder(path));
    }
    const char *all = getenv("PATH");
    for (const char *folder = all != NULL ? all : "/usr/bin:/bin"; *folder != '\0';) {
        size_t length = strcspn(folder, ":");
        const char *path = tw_arena_printf(config->arena, "%.*s/%s", (int)length, folder, name);
        if (path == NULL || access(path, X_OK) == 0)
            return true;
        folder += length + (folder[length] == ':');
    }
    return false;
}

/* A line for the shell, or a program and what it is given. */
static void check_command(struct tw_check *check, const struct tw_value *command)
{
    static const char wanted[] = "a line for the shell, or a list of a program and its arguments";
    bool is_list = command->kind == TW_LIST && command->count > 0;
    if (!is_list) {
        if (command->kind != TW_STRING || command->text[0] == '\0')
            tw_check_wrong(check, command, "notify.command", wanted);
        return;
    }
    for (size_t i = 0; i < command->count; i++)
        if (command->items[i].kind != TW_STRING) {
            tw_check_wrong(check, &command->items[i], "notify.command", "a list of texts");
            return;
        }
    if (!is_program(check->config, command->items[0].text))
        tw_problems_add(check->problems, &command->items[0],
                        "notify.command: there is no program '%s' that could be run", command->items[0].text);
}

/* The rest of it may be secret. */
static void check_url(struct tw_check *check, const struct tw_value *url)
{
    bool is_text = url->kind == TW_STRING;
    const char *host = !is_text                                 ? ""
                       : strncmp(url->text, "https://", 8) == 0 ? url->text + 8
                       : strncmp(url->text, "http://", 7) == 0  ? url->text + 7
                                                                : "";
    if (host[0] == '\0' || host[0] == '/' || strpbrk(host, " \t\r\n") != NULL)
        tw_problems_add(check->problems, url,
                        "notify.url must be an address that begins with https:// or http://");
}

static void check_timeout(struct tw_check *check, const struct tw_value *one, bool has_command)
{
    enum { MOST_SECONDS = 86400 };
    const struct tw_value *timeout = tw_check_given(one, "timeout");
    if (timeout == NULL)
        return;
    if (timeout->kind != TW_NUMBER || !(timeout->number > 0) || timeout->number > MOST_SECONDS)
        tw_check_wrong(check, timeout, "notify.timeout", "seconds, more than 0 and at most 86400");
    else if (!has_command)
        tw_problems_add(check->problems, timeout, "notify.timeout is of commands; a url has one of its own");
}

static void check_one(struct tw_check *check, const struct tw_value *one)
{
    if (one->kind != TW_MAP) {
        tw_check_wrong(check, one, "notify", "a map of url or command, and on");
        return;
    }
    tw_check_keys(check, one, "notify key", known_keys, NUM_KNOWN_KEYS);
    const struct tw_value *url = tw_check_given(one, "url"), *command = tw_check_given(one, "command"),
                          *on = tw_check_given(one, "on");
    if ((url == NULL) == (command == NULL))
        tw_problems_add(check->problems, one, "notify takes a url or a command, %s",
                        url == NULL ? "and has neither" : "not both");
    if (url != NULL)
        check_url(check, url);
    if (command != NULL)
        check_command(check, command);
    check_timeout(check, one, command != NULL);
    static const char *const occasions[] = {"success", "failure", "both"};
    for (size_t i = 0; on != NULL && on->kind == TW_STRING && i < 3; i++)
        if (strcmp(on->text, occasions[i]) == 0)
            return;
    if (on != NULL)
        tw_check_wrong(check, on, "notify.on", "success, failure or both");
}

void tw_check_notify(struct tw_check *check)
{
    const struct tw_value *notify = tw_check_given(check->config->root, "notify");
    size_t before = check->problems->count;
    if (notify == NULL)
        return;
    if (notify->kind == TW_LIST)
        for (size_t i = 0; i < notify->count; i++)
            check_one(check, &notify->items[i]);
    else
        check_one(check, notify);
    if (check->problems->count == before)
        check->config->notify = notify;
}
