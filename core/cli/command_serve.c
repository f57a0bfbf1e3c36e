/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "options.h"
#include "report.h"
#include "run_options.h"
#include "shown_file.h"

#include "dataset_pool.h"
#include "archive.h"
#include "file.h"
#include "plan_config_input.h"
#include "server.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: tilewright serve CONFIG|FILE|TILEDIR... [OPTIONS]\n\n"
    "Shows configurations on a map in the browser. Tiles are made when somebody looks at them, by the "
    "same jobs as\n"
    "in a run, and kept in memory; nothing is written unless --mode says so. When the script or the\n"
    "configuration changes, the map follows; when the new version is wrong, the old picture stays and the "
    "page "
    "says why.\n"
    "Rasters, features and folders of tiles are shown by themselves. Each operand is a layer.\n\n"
    "where:\n"
    "      --host ADDRESS             which of this machine's addresses, such as ::1 (default: 127.0.0.1, "
    "this "
    "machine only)\n"
    "      --port PORT                (default: 5000; 0: any that is free)\n\n"
    "the output of configurations:\n"
    "      --mode MODE                memory: it is left alone (default)\n"
    "                                 readonly: show what it holds, compute nothing\n"
    "                                 continue: show what it holds, compute and write what is missing\n"
    "                                 overwrite: compute and write what is looked at, once\n\n"
    "how:\n" TW_RUN_HELP
    "      --cache SIZE               memory for tiles that were made (default: 256M)\n\n"
    "what to show:\n"
    "  -q, --quiet                    only errors\n\n"
    "examples:\n"
    "  tilewright serve cloudless.yaml\n"
    "  tilewright serve cloudless.yaml --port 8080 --workers 4\n"
    "  tilewright serve cloudless.yaml --mode continue\n"
    "  tilewright serve dem.tif\n"
    "  tilewright serve new.yaml old.yaml out/tiles\n";

enum { HOST, PORT, CACHE, MODE, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {
    [HOST] = {0, "host", 1}, [PORT] = {'p', "port", 1}, [CACHE] = {0, "cache", 1}, [MODE] = {0, "mode", 1}};

enum { DEFAULT_PORT = 5000, DEFAULT_CACHE = 256 << 20, TILE_TIMEOUT_S = 120 };

/* What is asked for. */
struct asked {
    struct tw_server_spec server;
    struct tw_layer_spec *layers; /* room for every argument */
    size_t num_layers;
    enum tw_preview_mode mode;
};

static enum tw_status take_mode(struct asked *asked, const char *name, struct tw_error *err)
{
    struct tw_text text = {0};
    for (int mode = 0; mode < TW_NUM_PREVIEW_MODES; mode++)
        if (strcmp(tw_preview_modes[mode], name) == 0) {
            asked->mode = (enum tw_preview_mode)mode;
            return TW_OK;
        }
    tw_text_add_known(&text, name, tw_preview_modes, TW_NUM_PREVIEW_MODES);
    tw_error_set(err, TW_EUSAGE, "there is no --mode '%s'%s", name, tw_text_get(&text));
    tw_text_free(&text);
    return TW_EUSAGE;
}

static enum tw_status take_option(struct asked *asked, const struct tw_given *given, struct tw_error *err)
{
    long long port;
    if (tw_option_is_in(&tw_run_options_list, given->option))
        return tw_run_options_take(&asked->server.layers.run, given, err);
    if (given->option == &options[HOST]) {
        asked->server.host = given->values[0];
        return TW_OK;
    }
    if (given->option == &options[MODE])
        return take_mode(asked, given->values[0], err);
    if (given->option == &options[CACHE])
        return tw_option_bytes(given, &asked->server.layers.cache_bytes, err);
    enum tw_status status = tw_option_whole(given, 0, 0, &port, err);
    if (status == TW_OK && port > 65535)
        return tw_error_set(err, TW_EUSAGE, "--port must be from 0 to 65535, not %lld", port);
    asked->server.port = (int)port;
    return status;
}

static void add_layer(struct asked *asked, const char *path)
{
    struct tw_layer_spec *layer = &asked->layers[asked->num_layers++];
    bool is_config = tw_path_is_config(path);
    bool is_tiled = tw_is_folder(path) || tw_path_is_archive(path);
    *layer = (struct tw_layer_spec){.path = path, .load = is_config ? NULL : tw_shown_file_load};
    layer->kind = is_config ? TW_LAYER_RESULT : is_tiled ? TW_LAYER_TILES : TW_LAYER_FILE;
}

/* What holds for all layers. */
static enum tw_status end_request(struct asked *asked, struct tw_error *err)
{
    if (asked->num_layers == 0)
        return tw_error_set(err, TW_EUSAGE,
                            "which configuration? usage: tilewright serve CONFIG|FILE|TILEDIR... [OPTIONS]");
    bool has_output = asked->mode == TW_PREVIEW_MEMORY;
    for (size_t i = 0; i < asked->num_layers; i++)
        if (asked->layers[i].kind == TW_LAYER_RESULT) {
            asked->layers[i].mode = asked->mode;
            has_output = true;
        }
    if (!has_output)
        return tw_error_set(err, TW_EUSAGE,
                            "--mode %s is for configurations, which have an output, and '%s' is none",
                            tw_preview_modes[asked->mode], asked->layers[0].path);
    asked->server.layers.list = asked->layers;
    asked->server.layers.count = asked->num_layers;
    return TW_OK;
}

static enum tw_status read_request(struct asked *asked, int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc,
                                     .argv = argv,
                                     .options = options,
                                     .num_options = NUM_KEYS,
                                     .shared = {tw_run_options_list}};
    for (;;) {
        struct tw_given given;
        const char *operand;
        switch (tw_arguments_next(&arguments, &given, &operand, err)) {
        case TW_ARGUMENT_OPTION:
            if (take_option(asked, &given, err) != TW_OK)
                return err->status;
            break;
        case TW_ARGUMENT_OPERAND:
            add_layer(asked, operand);
            break;
        case TW_ARGUMENT_END:
            return end_request(asked, err);
        case TW_ARGUMENT_BAD:
            return err->status;
        }
    }
}

enum { STOP_S = 15 };

/* Looks after the signals that end the program. */
struct ending {
    sigset_t signals;
    atomic_bool is_up; /* the server runs, and is to be stopped */
    sem_t asked;
};

/* Scripts that never end may hold the thread that loads them, or that is to stop: then nothing is put in
 * order, which nothing needs: what was written is committed, or made again by the next run. */
static void *wait_for_end(void *context)
{
    struct ending *ending = context;
    const struct timespec most = {.tv_sec = STOP_S};
    int number;
    sigwait(&ending->signals, &number);
    if (!atomic_load(&ending->is_up))
        _exit(128 + number);
    sem_post(&ending->asked);
    do
        number = sigtimedwait(&ending->signals, NULL, &most);
    while (number < 0 && errno == EINTR);
    _exit(number > 0 ? 128 + number : TW_EXIT_INTERRUPTED);
}

/* The ending lives as long as the program. */
static enum tw_status watch_for_end(struct ending *ending, struct tw_error *err)
{
    pthread_t thread;
    sigemptyset(&ending->signals);
    sigaddset(&ending->signals, SIGINT);
    sigaddset(&ending->signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending->signals, NULL);
    sem_init(&ending->asked, 0, 0);
    if (pthread_create(&thread, NULL, wait_for_end, ending) != 0)
        return tw_error_nomem(err);
    pthread_detach(thread);
    return TW_OK;
}

/* `a.yaml, b.tif: http://127.0.0.1:5000/  (Ctrl-C ends it)`. */
static void tell(const struct asked *asked, const struct tw_server *server)
{
    for (size_t i = 0; i < asked->num_layers; i++)
        printf("%s%s", i > 0 ? ", " : "", asked->layers[i].path);
    char host[TW_HOST_SIZE];
    printf(": http://%s:%d/  (Ctrl-C ends it)\n", tw_server_host(&asked->server, host),
           tw_server_port(server));
    fflush(stdout);
}

static int serve(const struct asked *asked)
{
    struct tw_server *server = NULL;
    struct tw_error err = {0};
    struct tw_problems problems = {0};
    static struct ending ending;
    if (watch_for_end(&ending, &err) != TW_OK)
        return tw_report_error(&err);
    signal(SIGPIPE, SIG_IGN);
    tw_gdal_init(0);
    enum tw_status status = tw_server_start(&asked->server, &server, &problems, &err);
    if (status != TW_OK) {
        int code = problems.count > 0 ? tw_report_problems(&problems) : tw_report_error(&err);
        tw_problems_free(&problems);
        return status == TW_ESTORAGE ? TW_EXIT_SYSTEM : code;
    }
    atomic_store(&ending.is_up, true);
    if (asked->server.layers.run.progress != TW_PROGRESS_QUIET)
        tell(asked, server);
    while (sem_wait(&ending.asked) != 0)
        ;
    tw_server_stop(server);
    tw_problems_free(&problems);
    return TW_EXIT_DONE;
}

static int run(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct asked asked = {
        .server = {.host = "127.0.0.1",
                   .port = DEFAULT_PORT,
                   .layers = {.run = tw_run_options_default(), .cache_bytes = DEFAULT_CACHE}}};
    struct tw_error err = {0};
    asked.server.layers.run.tile_timeout_s = TILE_TIMEOUT_S;
    asked.layers = calloc((size_t)argc, sizeof(*asked.layers));
    if (asked.layers == NULL) {
        tw_error_nomem(&err);
        return tw_report_error(&err);
    }
    enum tw_status status = read_request(&asked, argc, argv, &err);
    int code = status == TW_OK ? serve(&asked) : tw_report_error(&err);
    free(asked.layers);
    return code;
}

const struct tw_command tw_command_serve = {"serve", "show a configuration on a map while it is written",
                                            help, run};
