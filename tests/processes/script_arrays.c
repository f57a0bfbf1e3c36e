/* script_arrays - runs process scripts on arrays (arrays.h).
 *
 *     script_arrays BATCH DATA RESULTS
 *
 * runs every script of the batch on its tiles, appends pixels and validity of the results to the file RESULTS
 * and prints one line of JSON for each tile: {"bands": [["ndvi", "float32", 0, 2048]]} (name, type, place of
 * the pixels, place of the validity or null), {"empty": true} or {"error": "..."}.
 *
 *     script_arrays --repeat N --threads T [--step] BATCH DATA
 *
 * times the first script on its first tile: N rounds, in each of which T threads run it once, each with a
 * script and an arena of its own as the workers of a run, after one round that is not timed. Prints, for each
 * round, nanoseconds per pixel: wall (of the round, over the pixels of all threads) and CPU; then the medians
 * and minima. --step waits for a line on the standard input before each round, to run in turn with others.
 *
 * SPDX-License-Identifier: MIT
 */
#include "arrays.h"

#include "clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void load(const struct tw_value *description, struct tw_program **program, struct tw_error *err)
{
    struct tw_problems problems = {0};
    const struct tw_value *path = tw_value_get(description, "path");
    const struct tw_value *params = tw_value_get(description, "params");
    if (path == NULL)
        arrays_fail("a script has no path");
    enum tw_status status = tw_program_load(path->text, NULL, NULL, program, &problems);
    if (status == TW_OK)
        tw_program_check_params(*program, params, &problems);
    if (status == TW_OK && problems.count > 0)
        status = TW_EUSAGE;
    tw_error_set(err, status, "%s", tw_text_get(&problems.text));
    tw_problems_free(&problems);
}

/* Results. */

static void print_text(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else
            printf("%s%c", strchr("\"\\", *text) != NULL ? "\\" : "", *text);
    putchar('"');
}

static long append(FILE *results, const void *bytes, size_t size)
{
    long at = ftell(results);
    if (fwrite(bytes, 1, size, results) != size)
        arrays_fail("cannot write the results");
    return at;
}

static void print_band(FILE *results, const char *name, const struct tw_array *array)
{
    size_t count = tw_array_num_pixels(array);
    enum tw_dtype dtype = (enum tw_dtype)array->dtype;
    printf("[");
    print_text(name);
    printf(", \"%s\", %ld, ", tw_dtype_name(dtype),
           append(results, array->pixels, count * tw_dtype_size(dtype)));
    if (array->valid != NULL)
        printf("%ld]", append(results, array->valid, count));
    else
        printf("null]");
}

static void print_raster(FILE *results, const struct tw_raster *raster)
{
    printf("{\"bands\": [");
    for (size_t i = 0; i < raster->num_bands; i++) {
        printf(i > 0 ? ", " : "");
        print_band(results, raster->names[i], &raster->bands[i]);
    }
    printf("]}\n");
}

static void print_error(const struct tw_error *err)
{
    printf("{\"error\": ");
    print_text(err->message);
    printf("}\n");
}

/* A batch. */

struct session {
    struct arrays_batch batch;
    FILE *results;
    struct tw_script *script;
    const struct tw_value *params;
    struct tw_arena *arena;   /* of the tile */
    struct tw_arena *lasting; /* of its description */
};

static void run_tile(struct session *session, const struct arrays_tile *tile)
{
    struct tw_error err = {0};
    struct tw_script_result result = {0};
    tw_arena_reset(session->arena);
    tw_arena_reset(session->lasting);
    struct tw_script_job job = arrays_job(session->lasting, tile, session->params, session->arena);
    if (tw_script_run(session->script, &job, &result, &err) != TW_OK)
        print_error(&err);
    else if (result.empty)
        printf("{\"empty\": true}\n");
    else
        print_raster(session->results, &result.raster);
}

static void run_script(struct session *session, const struct tw_value *script)
{
    struct tw_error err = {0};
    struct tw_program *program = NULL;
    load(script, &program, &err);
    session->params = tw_value_get(script, "params");
    session->script = err.status == TW_OK ? tw_script_new(program, NULL, &err) : NULL;
    for (size_t i = 0; i < tw_value_get(script, "tiles")->count; i++)
        if (session->script != NULL)
            run_tile(session, arrays_tile_of(&session->batch, script, i));
        else
            print_error(&err);
    tw_script_free(session->script);
    tw_program_free(program);
}

static void run_batch(struct arrays_batch batch, const char *results_path)
{
    struct session session = {.batch = batch,
                              .results = fopen(results_path, "wb"),
                              .arena = tw_arena_new(0),
                              .lasting = tw_arena_new(0)};
    if (session.results == NULL || session.arena == NULL || session.lasting == NULL)
        arrays_fail("cannot write '%s'", results_path);
    for (size_t i = 0; i < batch.scripts->count; i++)
        run_script(&session, &batch.scripts->items[i]);
    tw_arena_free(session.arena);
    tw_arena_free(session.lasting);
    if (fclose(session.results) != 0)
        arrays_fail("cannot write '%s'", results_path);
}

/* Time. */

struct worker {
    pthread_t thread;
    struct tw_script *script;
    struct tw_arena *arena;
    struct tw_script_job job;
    double cpu_s;
};

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct tw_error err;
    struct tw_script_result result;
    double started = cpu_s();
    tw_arena_reset(worker->arena);
    if (tw_script_run(worker->script, &worker->job, &result, &err) != TW_OK)
        arrays_fail("%s", err.message);
    worker->cpu_s = cpu_s() - started;
    return NULL;
}

struct timing {
    double wall_ns, cpu_ns; /* per pixel */
};

static struct timing run_round(struct worker *workers, int num_threads)
{
    double started = tw_clock_s(), cpu = 0;
    for (int i = 0; i < num_threads; i++)
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            arrays_fail("cannot start a thread");
    for (int i = 0; i < num_threads; i++) {
        pthread_join(workers[i].thread, NULL);
        cpu += workers[i].cpu_s;
    }
    double wall = tw_clock_s() - started;
    const struct tw_window *window = &workers[0].job.window;
    double pixels = (double)window->width_px * window->height_px * num_threads;
    return (struct timing){wall / pixels * 1e9, cpu / pixels * 1e9};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_summary(const char *name, const struct timing *timings, size_t offset, int count)
{
    double *values = calloc((size_t)count, sizeof(*values));
    for (int i = 0; values != NULL && i < count; i++)
        memcpy(&values[i], (const char *)&timings[i] + offset, sizeof(*values));
    if (values == NULL)
        arrays_fail("out of memory");
    qsort(values, (size_t)count, sizeof(*values), compare);
    printf("\"%s\": {\"median\": %.3f, \"min\": %.3f}", name, values[count / 2], values[0]);
    free(values);
}

struct options {
    int repeat, threads;
    bool step;
};

static void time_rounds(struct worker *workers, const struct options *options)
{
    struct timing *timings = calloc((size_t)options->repeat, sizeof(*timings));
    if (timings == NULL)
        arrays_fail("out of memory");
    run_round(workers, options->threads);
    for (int i = 0; i < options->repeat; i++) {
        for (int c = 0; options->step && c != '\n'; c = getchar())
            if (c == EOF)
                exit(0);
        timings[i] = run_round(workers, options->threads);
        printf("{\"wall_ns\": %.3f, \"cpu_ns\": %.3f}\n", timings[i].wall_ns, timings[i].cpu_ns);
        fflush(stdout);
    }
    printf("{");
    print_summary("wall_ns", timings, offsetof(struct timing, wall_ns), options->repeat);
    printf(", ");
    print_summary("cpu_ns", timings, offsetof(struct timing, cpu_ns), options->repeat);
    printf("}\n");
    free(timings);
}

static void time_script(const struct arrays_batch *batch, const struct options *options)
{
    struct tw_error err = {0};
    struct tw_program *program = NULL;
    struct tw_arena *lasting = tw_arena_new(0);
    const struct tw_value *first = &batch->scripts->items[0];
    const struct tw_value *params = tw_value_get(first, "params");
    const struct arrays_tile *tile = arrays_tile_of(batch, first, 0);
    struct worker *workers = calloc((size_t)options->threads, sizeof(*workers));
    load(first, &program, &err);
    for (int i = 0; err.status == TW_OK && i < options->threads; i++) {
        workers[i].script = tw_script_new(program, NULL, &err);
        workers[i].arena = tw_arena_new(0);
        workers[i].job = arrays_job(lasting, tile, params, workers[i].arena);
    }
    if (err.status != TW_OK)
        arrays_fail("%s", err.message);
    time_rounds(workers, options);
    for (int i = 0; i < options->threads; i++) {
        tw_script_free(workers[i].script);
        tw_arena_free(workers[i].arena);
    }
    free(workers);
    tw_program_free(program);
    tw_arena_free(lasting);
}

int main(int count, char **words)
{
    struct options options = {0, 1, false};
    int i = 1;
    for (; i < count && words[i][0] == '-'; i++)
        if (strcmp(words[i], "--repeat") == 0 && i + 1 < count)
            options.repeat = atoi(words[++i]);
        else if (strcmp(words[i], "--threads") == 0 && i + 1 < count)
            options.threads = atoi(words[++i]);
        else if (strcmp(words[i], "--step") == 0)
            options.step = true;
        else
            arrays_fail("unknown option '%s'", words[i]);
    if (count - i != (options.repeat > 0 ? 2 : 3) || options.threads < 1)
        arrays_fail("usage: script_arrays BATCH DATA RESULTS\n"
                    "       script_arrays --repeat N [--threads T] [--step] BATCH DATA");
    struct tw_arena *arena = tw_arena_new(0);
    struct arrays_data data = arrays_map(words[i + 1], options.repeat == 0);
    struct arrays_batch batch = arrays_read_batch(arena, words[i], &data);
    if (batch.scripts->count == 0)
        arrays_fail("'%s' has no scripts", words[i]);
    if (options.repeat > 0)
        time_script(&batch, &options);
    else
        run_batch(batch, words[i + 2]);
    arrays_free_copies(&batch);
    tw_arena_free(arena);
    return 0;
}
