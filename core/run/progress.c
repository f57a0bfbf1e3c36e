/* SPDX-License-Identifier: MIT */
#include "progress_file.h"

#include "clock.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

struct tw_monitor {
    struct tw_monitored of;
    bool draws_bar;
    pthread_t thread;
    sigset_t signals, before;
    double started, last_shown;
    int signal;
    bool shown;
    atomic_bool stops;
};

/* The monitor is woken by this signal to stop. It may come from outside too (batch systems announce their
 * time limit with it), and means nothing then. */
#define STOP_SIGNAL SIGUSR2

static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

uint64_t tw_counts_done(const struct tw_counts *counts)
{
    return atomic_load(&counts->made) + atomic_load(&counts->skipped) + atomic_load(&counts->blocked) +
           atomic_load(&counts->failed);
}

static struct tw_progress snapshot(const struct tw_monitor *monitor)
{
    const struct tw_counts *counts = monitor->of.counts;
    return (struct tw_progress){
        .done = tw_counts_done(counts),
        .total = counts->total,
        .failed = atomic_load(&counts->failed),
        .seconds = tw_clock_s() - monitor->started,
        .columns = terminal_columns(),
        .unit = monitor->of.unit,
    };
}

static void show(struct tw_monitor *monitor)
{
    char text[256];
    struct tw_progress progress = snapshot(monitor);
    monitor->last_shown = tw_clock_s();
    monitor->shown = true;
    if (monitor->of.mode == TW_PROGRESS_JSON) {
        tw_progress_json(&progress, text);
        printf("%s\n", text);
        fflush(stdout);
    } else if (monitor->draws_bar) {
        tw_progress_bar(&progress, text);
        fprintf(stderr, "\r\033[K%s", text);
        fflush(stderr);
    } else if (monitor->of.mode != TW_PROGRESS_QUIET) {
        tw_progress_line(&progress, text);
        fprintf(stderr, "%s\n", text);
    }
}

static void handle_signal(struct tw_monitor *monitor, int signal_number)
{
    if (monitor->signal != 0)
        _exit(128 + signal_number); /* the second one: at once; the next run clears up */
    monitor->signal = signal_number;
    monitor->of.cancel(monitor->of.context);
    if (monitor->of.mode != TW_PROGRESS_QUIET && monitor->of.mode != TW_PROGRESS_JSON)
        fprintf(stderr,
                "%stilewright: stopping: tiles in work are dropped; the same command goes on from here; "
                "a second signal ends it at once\n",
                monitor->draws_bar ? "\n" : "");
}

static void *watch(void *context)
{
    struct tw_monitor *monitor = context;
    double interval = monitor->draws_bar ? 0.1 : monitor->of.mode == TW_PROGRESS_JSON ? 1.0 : 5.0;
    const struct timespec wait = {.tv_nsec = 100 * 1000 * 1000};
    for (;;) {
        int got = sigtimedwait(&monitor->signals, NULL, &wait);
        if (got == STOP_SIGNAL && atomic_load(&monitor->stops))
            return NULL;
        if (got == SIGINT || got == SIGTERM)
            handle_signal(monitor, got);
        if (tw_clock_s() - monitor->last_shown >= interval)
            show(monitor);
        tw_progress_file_update(monitor->of.file);
    }
}

struct tw_monitor *tw_monitor_start(const struct tw_monitored *monitored)
{
    struct tw_monitor *monitor = calloc(1, sizeof(*monitor));
    if (monitor == NULL)
        return NULL;
    monitor->of = *monitored;
    monitor->draws_bar = monitor->of.mode == TW_PROGRESS_AUTO && isatty(STDERR_FILENO) == 1;
    monitor->started = monitor->last_shown = tw_clock_s();
    sigemptyset(&monitor->signals);
    sigaddset(&monitor->signals, SIGINT);
    sigaddset(&monitor->signals, SIGTERM);
    sigaddset(&monitor->signals, STOP_SIGNAL);
    pthread_sigmask(SIG_BLOCK, &monitor->signals, &monitor->before);
    if (pthread_create(&monitor->thread, NULL, watch, monitor) != 0) {
        pthread_sigmask(SIG_SETMASK, &monitor->before, NULL);
        free(monitor);
        return NULL;
    }
    return monitor;
}

int tw_monitor_stop(struct tw_monitor *monitor)
{
    if (monitor == NULL)
        return 0;
    atomic_store(&monitor->stops, true);
    pthread_kill(monitor->thread, STOP_SIGNAL);
    pthread_join(monitor->thread, NULL);
    if (monitor->draws_bar || monitor->of.mode == TW_PROGRESS_JSON || monitor->shown)
        show(monitor);
    if (monitor->draws_bar)
        fputc('\n', stderr);
    int signal_number = monitor->signal;
    /* a signal that came in the meantime is taken as a request that was met: the run is over */
    const struct timespec none = {0};
    while (sigtimedwait(&monitor->signals, NULL, &none) > 0)
        ;
    pthread_sigmask(SIG_SETMASK, &monitor->before, NULL);
    free(monitor);
    return signal_number;
}
