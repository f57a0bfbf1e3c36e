/* A webhook is sent the summary (POST); a command reads it from its standard input.
 *
 * SPDX-License-Identifier: MIT
 */
#include "summary.h"

#include "bucket_http.h"
#include "clock.h"
#include "file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { TRIES = 3, WAIT_S = 1, LIMIT_S = 60 };

/* `https://host`: what follows is a secret with many services. */
static int length_of_host(const char *url)
{
    const char *host = strstr(url, "://") + 3;
    const char *at = host + strcspn(host, "/?#");
    return (int)(at - url);
}

static const char *shown_host(struct tw_arena *arena, const char *url)
{
    const char *host = strstr(url, "://") + 3,
               *user = memchr(host, '@', (size_t)(length_of_host(url) - (host - url)));
    int length = length_of_host(url);
    return user == NULL ? tw_arena_strndup(arena, url, (size_t)length)
                        : tw_arena_printf(arena, "%.*s%.*s", (int)(host - url), url,
                                          (int)(url + length - user - 1), user + 1);
}

static bool is_worth_another(const struct tw_http_answer *answer)
{
    return answer->status == 0 ? answer->is_passing : answer->status == 429 || answer->status >= 500;
}

static enum tw_status post(const char *url, const char *json, struct tw_arena *arena, struct tw_error *err)
{
    const char *host = shown_host(arena, url);
    struct tw_http *http = tw_http_new();
    struct tw_http_answer answer = {0};
    const struct tw_http_request request = {.method = "POST",
                                            .url = url,
                                            .headers =
                                                "content-type: application/json\nuser-agent: tilewright\n",
                                            .body = json,
                                            .size = strlen(json)};
    bool asked = http != NULL && host != NULL;
    for (int tries = 0; asked && tries < TRIES; tries++) {
        tw_text_free(&answer.body);
        asked = tw_http_ask(http, &request, &answer);
        if (!asked || !is_worth_another(&answer) || tries + 1 == TRIES)
            break;
        const struct timespec pause = {WAIT_S, 0};
        nanosleep(&pause, NULL);
    }
    enum tw_status status = TW_OK;
    if (!asked)
        status = tw_error_nomem(err);
    else if (answer.status == 0)
        status = tw_error_set(err, TW_ESTORAGE, "cannot notify '%s': %s", host, answer.failure);
    else if (answer.status >= 300)
        status =
            tw_error_set(err, TW_ESTORAGE, "cannot notify '%s': the server says %d", host, answer.status);
    tw_text_free(&answer.body);
    tw_http_free(http);
    return status;
}

/* A file without a name, to be read from its beginning; -1 when there is none. */
static int open_text(const char *text)
{
    int fd = memfd_create("summary", MFD_CLOEXEC);
    size_t size = strlen(text);
    if (fd >= 0 && (write(fd, text, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* What it prints goes where messages go: standard output may be for machines. Signals are as at the
 * beginning. It leads a group of its own, so that what it starts can be ended with it. */
static int spawn(char *const *arguments, int input, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    int failure = posix_spawn_file_actions_init(&files);
    if (failure != 0)
        return failure;
    if ((failure = posix_spawnattr_init(&attributes)) == 0) {
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
        failure = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
        if (failure == 0)
            failure = posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
        if (failure == 0)
            failure = posix_spawnp(pid, arguments[0], &files, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return failure;
}

/* A program's path is relative to the configuration. NULL when out of memory. */
static char **arguments_of(const struct tw_plan *plan, const struct tw_value *command, struct tw_arena *arena)
{
    bool is_list = command->kind == TW_LIST;
    char **arguments = tw_arena_calloc(arena, is_list ? command->count + 1 : 4, sizeof(*arguments));
    if (arguments == NULL)
        return NULL;
    for (size_t i = 0; is_list && i < command->count; i++) {
        const char *text = command->items[i].text;
        bool is_path = i == 0 && strchr(text, '/') != NULL;
        arguments[i] =
            is_path ? tw_path_join(arena, plan->config->folder, text) : tw_arena_strdup(arena, text);
        if (arguments[i] == NULL)
            return NULL;
    }
    if (is_list)
        return arguments;
    arguments[0] = tw_arena_strdup(arena, "/bin/sh");
    arguments[1] = tw_arena_strdup(arena, "-c");
    arguments[2] = tw_arena_strdup(arena, command->text);
    return arguments[0] != NULL && arguments[1] != NULL && arguments[2] != NULL ? arguments : NULL;
}

/* Waits for the command and ends it, with all that it has started, when that takes too long (false), or when
 * somebody ends us. */
static bool wait_for(pid_t pid, double limit_s, int *state)
{
    const double end_s = tw_clock_s() + limit_s;
    const struct timespec pause = {0, 200 * 1000 * 1000};
    sigset_t awaited, before;
    bool in_time = true;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &awaited, &before);
    while (waitpid(pid, state, WNOHANG) == 0) {
        int signal = sigtimedwait(&awaited, NULL, &pause);
        in_time = in_time && tw_clock_s() < end_s;
        if (signal == SIGINT || signal == SIGTERM)
            kill(-pid, signal);
        else if (!in_time)
            kill(-pid, SIGKILL);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return in_time;
}

static enum tw_status run_command(char *const *arguments, const char *name, double limit_s, const char *json,
                                  struct tw_error *err)
{
    pid_t pid;
    int input = open_text(json), state = 0;
    int failure = input >= 0 ? spawn(arguments, input, &pid) : errno;
    if (input >= 0)
        close(input);
    if (failure != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot run the notification '%s': %s", name,
                            strerror(failure));
    if (!wait_for(pid, limit_s, &state))
        return tw_error_set(err, TW_ESTORAGE,
                            "the notification '%s' was ended: it was not done after %.10g s (notify.timeout)",
                            name, limit_s);
    if (WIFSIGNALED(state))
        return tw_error_set(err, TW_ESTORAGE, "the notification '%s' was ended by signal %d", name,
                            WTERMSIG(state));
    if (WEXITSTATUS(state) != 0)
        return tw_error_set(err, TW_ESTORAGE, "the notification '%s' ended with exit code %d", name,
                            WEXITSTATUS(state));
    return TW_OK;
}

enum tw_status tw_notify(const struct tw_plan *plan, const struct tw_value *whom, const char *json,
                         struct tw_error *err)
{
    const struct tw_value *url = tw_value_get(whom, "url"), *command = tw_value_get(whom, "command");
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    enum tw_status status;
    if (url != NULL && url->kind == TW_STRING) {
        status = post(url->text, json, arena, err);
    } else {
        char **arguments = arguments_of(plan, command, arena);
        const char *name = command->kind == TW_LIST ? command->items[0].text : command->text;
        const struct tw_value *limit = tw_value_get(whom, "timeout");
        double limit_s = limit != NULL && limit->kind == TW_NUMBER ? limit->number : LIMIT_S;
        status = arguments != NULL ? run_command(arguments, name, limit_s, json, err) : tw_error_nomem(err);
    }
    tw_arena_free(arena);
    return status;
}
