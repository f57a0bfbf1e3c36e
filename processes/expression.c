/* SPDX-License-Identifier: MIT */
#include "expression.h"

#include "block.h"

#include <string.h>

struct program {
    struct tw_host *host;
    struct tw_step steps[TW_MAX_STEPS];
    int num_steps;
    struct tw_node *nodes[TW_MAX_NODES + 1]; /* that are computed here */
    int num_nodes;
    int32_t pass;
};

static int add_step(struct program *program, tw_step_function *run, enum tw_dtype dtype)
{
    struct tw_step *step = &program->steps[program->num_steps];
    *step = (struct tw_step){.run = run, .in = {-1, -1, -1}, .dtype = dtype, .cleaned = -1};
    for (int i = 0; i < TW_NUM_DTYPES; i++)
        step->converted[i] = -1;
    return program->num_steps++;
}

static void take_validity(struct tw_step *step, const struct tw_step *from)
{
    step->validity = from->validity;
    step->valid_base = from->valid_base;
}

/* The validity of both together. */
static void join_validity(struct tw_step *step, const struct tw_step *a, const struct tw_step *b)
{
    bool is_same =
        a->validity == b->validity && a->valid_base == b->valid_base && a->validity != TW_VALID_OWN;
    if (is_same || b->validity == TW_ALL_VALID)
        take_validity(step, a);
    else if (a->validity == TW_ALL_VALID)
        take_validity(step, b);
    else
        step->validity = TW_VALID_OWN;
}

/* A step with NaN as nodata: for operations that would make a number of it. */
static int clean(struct program *program, int in)
{
    if (!tw_dtype_is_float(program->steps[in].dtype) || program->steps[in].run == tw_step_leaf)
        return in;
    if (program->steps[in].cleaned < 0) {
        int made = add_step(program, tw_step_clean, program->steps[in].dtype);
        program->steps[made].in[0] = in;
        program->steps[made].passes_values = true;
        program->steps[made].pixels_base = program->steps[in].pixels_base;
        program->steps[made].validity = TW_VALID_OWN;
        program->steps[in].cleaned = made;
        program->steps[made].cleaned = made;
    }
    return program->steps[in].cleaned;
}

static int convert(struct program *program, int in, enum tw_dtype dtype)
{
    if (program->steps[in].dtype == dtype)
        return in;
    if (!tw_dtype_is_float(dtype))
        in = clean(program, in);
    if (program->steps[in].converted[dtype] < 0) {
        int made = add_step(program, tw_step_convert, dtype);
        program->steps[made].in[0] = in;
        take_validity(&program->steps[made], &program->steps[in]);
        program->steps[in].converted[dtype] = made;
    }
    return program->steps[in].converted[dtype];
}

static int compile(struct program *program, struct tw_node *node);

/* Operand i of a node in a type; NaN is nodata where the operation is not one that spreads it. */
static int operand(struct program *program, const struct tw_node *node, int i, enum tw_dtype dtype,
                   bool cleaned)
{
    if (node->operands[i] != NULL) {
        int in = compile(program, node->operands[i]);
        return convert(program, cleaned ? clean(program, in) : in, dtype);
    }
    int made = add_step(program, tw_step_constant, dtype);
    program->steps[made].number = node->numbers[i];
    return made;
}

static int add_leaf(struct program *program, struct tw_node *node)
{
    int made = add_step(program, tw_step_leaf, (enum tw_dtype)node->data.dtype);
    struct tw_step *step = &program->steps[made];
    step->node = node;
    step->pixels_base = node->data.pixels;
    step->validity = node->data.valid != NULL ? TW_VALID_AS_BASE : TW_ALL_VALID;
    step->valid_base = node->data.valid;
    return made;
}

static int add_slice(struct program *program, struct tw_node *node)
{
    int made = add_step(program, tw_step_slice, (enum tw_dtype)node->data.dtype);
    program->steps[made].node = node;
    program->steps[made].validity = node->operands[0]->data.valid != NULL ? TW_VALID_OWN : TW_ALL_VALID;
    return made;
}

static int add_binary(struct program *program, struct tw_node *node)
{
    enum tw_dtype dtype = tw_node_work_dtype(node);
    bool spreads_nan = node->operation < TW_OP_LT && node->operation != TW_OP_POWER;
    int left = operand(program, node, 0, dtype, !spreads_nan);
    int right = operand(program, node, 1, dtype, !spreads_nan);
    int made = add_step(program, tw_step_binary, (enum tw_dtype)node->data.dtype);
    struct tw_step *step = &program->steps[made];
    step->in[0] = left;
    step->in[1] = right;
    step->element.binary = tw_element_binary(node->operation, dtype);
    join_validity(step, &program->steps[left], &program->steps[right]);
    return made;
}

static int add_unary(struct program *program, struct tw_node *node)
{
    enum tw_dtype dtype = tw_node_work_dtype(node);
    int in = operand(program, node, 0, dtype, node->operation == TW_OP_NEGATE);
    int made = add_step(program, tw_step_unary, (enum tw_dtype)node->data.dtype);
    program->steps[made].in[0] = in;
    program->steps[made].element.unary = tw_element_unary(node->operation, dtype);
    take_validity(&program->steps[made], &program->steps[in]);
    return made;
}

/* A mask of any type as bytes that are 0 or not: 0.3 is true. */
static int add_mask(struct program *program, struct tw_node *node, int i)
{
    int in = clean(program, compile(program, node->operands[i]));
    if (tw_dtype_size(program->steps[in].dtype) == 1)
        return in;
    enum tw_dtype dtype = program->steps[in].dtype == TW_FLOAT64 ? TW_FLOAT64 : TW_FLOAT32;
    in = convert(program, in, dtype);
    int is_false = add_step(program, tw_step_unary, TW_UINT8);
    program->steps[is_false].in[0] = in;
    program->steps[is_false].element.unary = tw_element_unary(TW_OP_NEGATE, dtype);
    take_validity(&program->steps[is_false], &program->steps[in]);
    int is_true = add_step(program, tw_step_unary, TW_UINT8);
    program->steps[is_true].in[0] = is_false;
    program->steps[is_true].element.unary = tw_element_unary(TW_OP_NEGATE, TW_UINT8);
    take_validity(&program->steps[is_true], &program->steps[in]);
    return is_true;
}

static int add_where(struct program *program, struct tw_node *node)
{
    bool is_like = node->operation == TW_OP_LIKE;
    int in = compile(program, node->operands[0]);
    int mask = is_like ? compile(program, node->operands[1]) : add_mask(program, node, 1);
    int made = add_step(program, is_like ? tw_step_like : tw_step_where, program->steps[in].dtype);
    struct tw_step *step = &program->steps[made];
    step->in[0] = in;
    step->in[1] = mask;
    step->passes_values = true;
    step->pixels_base = program->steps[in].pixels_base;
    step->validity = TW_VALID_OWN;
    if (is_like)
        take_validity(step, &program->steps[mask]);
    return made;
}

static int add_fill(struct program *program, struct tw_node *node)
{
    enum tw_dtype dtype = (enum tw_dtype)node->data.dtype;
    int in = operand(program, node, 0, dtype, true), filler = operand(program, node, 1, dtype, true);
    int made = add_step(program, tw_step_fill, dtype);
    struct tw_step *step = &program->steps[made];
    step->in[0] = in;
    step->in[1] = filler;
    bool all_valid =
        program->steps[in].validity == TW_ALL_VALID || program->steps[filler].validity == TW_ALL_VALID;
    step->validity = all_valid ? TW_ALL_VALID : TW_VALID_OWN;
    return made;
}

static int add_choose(struct program *program, struct tw_node *node)
{
    enum tw_dtype dtype = (enum tw_dtype)node->data.dtype;
    int mask = add_mask(program, node, 0);
    int yes = operand(program, node, 1, dtype, true), no = operand(program, node, 2, dtype, true);
    int made = add_step(program, tw_step_choose, dtype);
    struct tw_step *step = &program->steps[made];
    const int in[] = {mask, yes, no};
    memcpy(step->in, in, sizeof(in));
    step->validity = TW_ALL_VALID;
    for (int i = 0; i < TW_MAX_OPERANDS; i++)
        if (program->steps[in[i]].validity != TW_ALL_VALID)
            step->validity = TW_VALID_OWN;
    return made;
}

/* CLIP, CONVERT and IS_IN. */
static int add_other(struct program *program, struct tw_node *node)
{
    enum tw_dtype dtype = (enum tw_dtype)node->data.dtype;
    int in = clean(program, compile(program, node->operands[0]));
    if (node->operation == TW_OP_CONVERT)
        return convert(program, in, dtype);
    bool is_clip = node->operation == TW_OP_CLIP;
    in = is_clip ? in : convert(program, in, TW_FLOAT64);
    int made = add_step(program, is_clip ? tw_step_clip : tw_step_is_in, dtype);
    program->steps[made].node = node;
    program->steps[made].in[0] = in;
    take_validity(&program->steps[made], &program->steps[in]);
    return made;
}

static int add_node(struct program *program, struct tw_node *node)
{
    if (node->data.pixels != NULL)
        return add_leaf(program, node);
    if (node->operation < TW_OP_MINUS)
        return add_binary(program, node);
    switch (node->operation) {
    case TW_OP_WHERE:
    case TW_OP_LIKE:
        return add_where(program, node);
    case TW_OP_FILL:
        return add_fill(program, node);
    case TW_OP_CHOOSE:
        return add_choose(program, node);
    case TW_OP_SLICE:
        return add_slice(program, node);
    case TW_OP_CLIP:
    case TW_OP_CONVERT:
    case TW_OP_IS_IN:
        return add_other(program, node);
    default:
        return add_unary(program, node);
    }
}

/* The step of a node, made once. */
static int compile(struct program *program, struct tw_node *node)
{
    if (node->pass != program->pass) {
        node->pass = program->pass;
        node->num_seen = 0;
        node->step = add_node(program, node);
        if (node->data.pixels == NULL)
            program->nodes[program->num_nodes++] = node;
    }
    node->num_seen++;
    return node->step;
}

/* Rooms */

/* Values of a step are needed until the last step that reads them, also through steps that pass them on. */
static void find_last_uses(struct program *program)
{
    for (int i = program->num_steps - 1; i >= 0; i--) {
        struct tw_step *step = &program->steps[i];
        if (step->last_use < i)
            step->last_use = i;
        for (int k = 0; k < TW_MAX_OPERANDS && step->in[k] >= 0; k++) {
            struct tw_step *in = &program->steps[step->in[k]];
            int last = k == 0 && step->passes_values ? step->last_use : i;
            in->last_use = in->last_use > last ? in->last_use : last;
        }
        if (step->run == tw_step_constant)
            step->last_use = program->num_steps;
    }
}

static bool needs_values_room(const struct tw_step *step)
{
    return !step->passes_values && step->run != tw_step_leaf && step->stored.pixels == NULL;
}

/* Gives each step its rooms; a values room goes to the next step once nothing reads it any more. Returns the
 * number of them. scratch NULL: only counts. */
static int assign_rooms(struct program *program, unsigned char *scratch)
{
    enum { VALUES_SIZE = TW_STEP_BLOCK * sizeof(double) };
    int owner[TW_MAX_STEPS], num_rooms = 0;
    unsigned char *valid_rooms = scratch;
    unsigned char *values_rooms = scratch + (size_t)program->num_steps * TW_STEP_BLOCK;
    for (int i = 0; i < program->num_steps; i++) {
        struct tw_step *step = &program->steps[i];
        if (scratch != NULL)
            step->valid_room = valid_rooms + (size_t)i * TW_STEP_BLOCK;
        if (!needs_values_room(step))
            continue;
        int room =
            step->run == tw_step_constant ? num_rooms : 0; /* constants are written once for all blocks */
        while (room < num_rooms && program->steps[owner[room]].last_use >= i)
            room++;
        num_rooms = room == num_rooms ? num_rooms + 1 : num_rooms;
        owner[room] = i;
        if (scratch != NULL)
            step->values_room = values_rooms + (size_t)room * VALUES_SIZE;
    }
    return num_rooms;
}

static int32_t make_rooms(struct program *program)
{
    struct tw_host *host = program->host;
    size_t num_rooms = (size_t)assign_rooms(program, NULL);
    size_t size = (size_t)program->num_steps * TW_STEP_BLOCK + num_rooms * TW_STEP_BLOCK * sizeof(double);
    if (host->scratch_size < size) {
        host->scratch = tw_host_alloc(host, size);
        host->scratch_size = host->scratch != NULL ? size : 0;
    }
    if (host->scratch == NULL)
        return (int32_t)host->err.status;
    assign_rooms(program, host->scratch);
    for (int i = 0; i < program->num_steps; i++) {
        struct tw_step *step = &program->steps[i];
        if (step->run == tw_step_constant && step->dtype == TW_FLOAT32)
            for (int k = 0; k < TW_STEP_BLOCK; k++)
                ((float *)(void *)step->values_room)[k] = (float)step->number;
        else if (step->run == tw_step_constant)
            tw_pixels_fill(step->values_room, step->dtype, TW_STEP_BLOCK, step->number);
    }
    return TW_OK;
}

/* Results */

/* Pixels and validity for a step that is kept as a whole; they are shared where they are somebody's already.
 */
static int32_t make_stored(struct tw_host *host, struct tw_step *step, const struct tw_array *shape)
{
    if (step->is_stored)
        return TW_OK;
    step->is_stored = true;
    step->owns_validity = step->validity == TW_VALID_OWN;
    step->stored = *shape;
    step->stored.pixels = (void *)step->pixels_base;
    if (step->pixels_base == NULL && tw_host_make(host, &step->stored, step->owns_validity) != TW_OK)
        return (int32_t)host->err.status;
    if (!step->owns_validity)
        step->stored.valid = step->validity == TW_VALID_AS_BASE ? (uint8_t *)step->valid_base : NULL;
    else if (step->pixels_base != NULL)
        step->stored.valid = tw_host_alloc(host, tw_array_num_pixels(shape));
    return step->owns_validity && step->stored.valid == NULL ? (int32_t)host->err.status : TW_OK;
}

/* The root, and what other nodes will need too. */
static int32_t choose_stored(struct program *program, const struct tw_node *root)
{
    for (int i = 0; i < program->num_nodes; i++) {
        struct tw_node *node = program->nodes[i];
        bool is_needed = node == root || node->num_uses > node->num_seen || node->was_evaluated;
        node->was_evaluated = true;
        if (is_needed && make_stored(program->host, &program->steps[node->step], &node->data) != TW_OK)
            return (int32_t)program->host->err.status;
    }
    return TW_OK;
}

/* Writes a block of a stored step where it is not written yet. */
static int32_t store_block(struct tw_host *host, struct tw_step *step, size_t first, size_t count)
{
    struct tw_array *out = &step->stored;
    if (step->pixels_base == NULL && step->passes_values)
        memcpy(tw_block_at(out, first), step->values, count * tw_dtype_size(step->dtype));
    if (step->validity == TW_VALID_OWN && step->valid == NULL)
        memset(out->valid + first, TW_VALID, count);
    else if (step->validity == TW_VALID_OWN && step->valid != out->valid + first)
        memcpy(out->valid + first, step->valid, count);
    if (tw_dtype_is_float(step->dtype) &&
        tw_block_drop_nan(host, out, first, count, &step->owns_validity) != TW_OK)
        return (int32_t)host->err.status;
    if (step->validity == TW_VALID_OWN && !step->has_nodata)
        step->has_nodata = memchr(out->valid + first, 0, count) != NULL;
    step->valid = out->valid != NULL ? out->valid + first : NULL;
    return TW_OK;
}

static int32_t run_block(struct program *program, size_t first, size_t count)
{
    for (int i = 0; i < program->num_steps; i++) {
        struct tw_step *step = &program->steps[i];
        if (step->is_stored && step->pixels_base == NULL && !step->passes_values)
            step->values_room = tw_block_at(&step->stored, first);
        if (step->is_stored && step->validity == TW_VALID_OWN)
            step->valid_room = step->stored.valid + first;
        step->run(program->steps, step, first, count);
        if (step->is_stored && store_block(program->host, step, first, count) != TW_OK)
            return (int32_t)program->host->err.status;
    }
    return TW_OK;
}

static int32_t run(struct program *program, size_t total)
{
    for (size_t first = 0; first < total; first += TW_STEP_BLOCK) {
        size_t count = total - first < TW_STEP_BLOCK ? total - first : TW_STEP_BLOCK;
        if (tw_host_is_cancelled(program->host) != TW_OK || run_block(program, first, count) != TW_OK)
            return (int32_t)program->host->err.status;
    }
    return TW_OK;
}

static void keep_results(struct program *program)
{
    for (int i = 0; i < program->num_nodes; i++) {
        struct tw_node *node = program->nodes[i];
        struct tw_step *step = &program->steps[node->step];
        if (!step->is_stored)
            continue;
        if (step->validity == TW_VALID_OWN && !step->has_nodata)
            step->stored.valid = NULL;
        node->data = step->stored;
        node->size = 0;
    }
}

/* Pixels and validity that two computed nodes have already. */
static bool joins_parts(struct tw_node *node)
{
    const struct tw_array *pixels = &node->operands[0]->data, *like = &node->operands[1]->data;
    if (pixels->pixels == NULL || like->pixels == NULL)
        return false;
    node->data = *pixels;
    node->data.valid = like->valid;
    node->size = 0;
    return true;
}

int32_t tw_node_evaluate(struct tw_host *host, struct tw_node *node)
{
    if (node->data.pixels != NULL || (node->operation == TW_OP_LIKE && joins_parts(node)))
        return TW_OK;
    if (host->program == NULL && (host->program = tw_host_alloc(host, sizeof(struct program))) == NULL)
        return (int32_t)host->err.status;
    struct program *program = host->program;
    program->host = host;
    program->num_steps = program->num_nodes = 0;
    program->pass = ++host->num_passes;
    compile(program, node);
    if (choose_stored(program, node) != TW_OK)
        return (int32_t)host->err.status;
    find_last_uses(program);
    if (make_rooms(program) != TW_OK || run(program, tw_array_num_pixels(&node->data)) != TW_OK)
        return (int32_t)host->err.status;
    keep_results(program);
    return TW_OK;
}
