/* SPDX-License-Identifier: MIT */
#include "huffman.h"

#include <stdbool.h>
#include <stdlib.h>

enum { NUM_LENGTH_SYMBOLS = 19, LONGEST_OF_LENGTHS = 7, LEAST_LITERALS = 257 };

/* A symbol that occurs. */
struct leaf {
    uint32_t count;
    uint16_t symbol;
};

static int by_count(const void *a, const void *b)
{
    const struct leaf *first = a, *second = b;
    if (first->count != second->count)
        return first->count < second->count ? -1 : 1;
    return first->symbol < second->symbol ? -1 : 1;
}

/* The nodes of a tree: the leaves, the rarest first, and behind them what was joined, which comes up in
 * order, too. */
struct tree {
    const struct leaf *leaves;
    size_t num_leaves, next_leaf, next_joined, num_joined;
    uint64_t weights[TW_HUFFMAN_SYMBOLS]; /* of what was joined */
    uint16_t parents[2 * TW_HUFFMAN_SYMBOLS];
};

/* Takes the lightest node that has no parent yet. */
static uint64_t take_lightest(struct tree *tree)
{
    bool has_leaf = tree->next_leaf < tree->num_leaves, has_joined = tree->next_joined < tree->num_joined;
    size_t parent = tree->num_leaves + tree->num_joined;
    if (has_leaf &&
        (!has_joined || tree->leaves[tree->next_leaf].count <= tree->weights[tree->next_joined])) {
        tree->parents[tree->next_leaf] = (uint16_t)parent;
        return tree->leaves[tree->next_leaf++].count;
    }
    tree->parents[tree->num_leaves + tree->next_joined] = (uint16_t)parent;
    return tree->weights[tree->next_joined++];
}

/* How many codes there are of each length (Huffman 1952, with two queues: van Leeuwen 1976); those that would
 * be longer than `longest` are counted there. */
static void count_lengths(const struct leaf *leaves, size_t num_leaves, size_t longest, uint32_t *of_length)
{
    struct tree tree = {.leaves = leaves, .num_leaves = num_leaves};
    uint16_t depths[2 * TW_HUFFMAN_SYMBOLS];
    while (tree.num_joined + 1 < num_leaves) {
        uint64_t weight = take_lightest(&tree);
        weight += take_lightest(&tree);
        tree.weights[tree.num_joined++] = weight;
    }
    size_t root = num_leaves + tree.num_joined - 1;
    depths[root] = num_leaves == 1 ? 1 : 0; /* a code has a bit at least */
    for (size_t i = root; i-- > 0;)
        depths[i] = (uint16_t)(depths[tree.parents[i]] + 1);
    for (size_t i = 0; i < num_leaves; i++)
        of_length[depths[i] < longest ? depths[i] : longest]++;
}

/* Makes room in the tree for codes that were cut to the longest length: one of them takes the place beside a
 * shorter code, which becomes one bit longer, as often as there are too many (Kraft 1949). */
static void shorten(uint32_t *of_length, size_t longest)
{
    uint32_t taken = 0;
    for (size_t length = 1; length <= longest; length++)
        taken += of_length[length] << (longest - length);
    for (; taken > 1u << longest; taken--) {
        size_t length = longest - 1;
        while (of_length[length] == 0)
            length--;
        of_length[longest]--;
        of_length[length]--;
        of_length[length + 1] += 2;
    }
}

static uint16_t reversed(uint32_t code, uint32_t length)
{
    uint32_t result = 0;
    for (; length > 0; length--, code >>= 1)
        result = result << 1 | (code & 1);
    return (uint16_t)result;
}

/* The codes that follow from the lengths (RFC 1951, 3.2.2). */
static void set_codes(struct tw_huffman *huffman, const uint32_t *of_length)
{
    uint32_t next[TW_HUFFMAN_LONGEST + 1] = {0};
    for (size_t length = 1; length < TW_HUFFMAN_LONGEST; length++)
        next[length + 1] = (next[length] + of_length[length]) << 1;
    for (size_t i = 0; i < huffman->count; i++)
        if (huffman->lengths[i] > 0)
            huffman->codes[i] = reversed(next[huffman->lengths[i]]++, huffman->lengths[i]);
}

static void make(struct tw_huffman *huffman, const uint32_t *counts, size_t count, size_t longest)
{
    struct leaf leaves[TW_HUFFMAN_SYMBOLS];
    uint32_t of_length[TW_HUFFMAN_LONGEST + 1] = {0};
    size_t num_leaves = 0, leaf = 0;
    memset(huffman, 0, sizeof(*huffman));
    huffman->count = count;
    for (size_t i = 0; i < count; i++)
        if (counts[i] > 0)
            leaves[num_leaves++] = (struct leaf){counts[i], (uint16_t)i};
    if (num_leaves == 0)
        return;
    qsort(leaves, num_leaves, sizeof(leaves[0]), by_count);
    count_lengths(leaves, num_leaves, longest, of_length);
    shorten(of_length, longest);
    for (size_t length = longest; length > 0; length--)
        for (uint32_t i = 0; i < of_length[length]; i++)
            huffman->lengths[leaves[leaf++].symbol] = (uint8_t)length;
    set_codes(huffman, of_length);
}

void tw_huffman_make(struct tw_huffman *huffman, const uint32_t *counts, size_t count)
{
    make(huffman, counts, count, TW_HUFFMAN_LONGEST);
}

uint64_t tw_huffman_bits(const struct tw_huffman *huffman, const uint32_t *counts)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < huffman->count; i++)
        bits += (uint64_t)counts[i] * huffman->lengths[i];
    return bits;
}

/* The lengths of codes, with repeats (RFC 1951, 3.2.7). */
struct length_list {
    struct {
        uint8_t symbol, extra;
    } items[TW_HUFFMAN_SYMBOLS + 1];
    size_t count;
};

static void add_item(struct length_list *list, uint32_t symbol, size_t extra)
{
    list->items[list->count].symbol = (uint8_t)symbol;
    list->items[list->count++].extra = (uint8_t)extra;
}

/* Adds a length that stands there `times` times. */
static void add_lengths(struct length_list *list, uint8_t length, size_t times)
{
    if (length > 0) {
        add_item(list, length, 0);
        times--;
    }
    while (times >= 3) {
        size_t most = length > 0 ? 6 : 138, part = times < most ? times : most;
        if (length > 0)
            add_item(list, 16, part - 3);
        else
            add_item(list, part <= 10 ? 17 : 18, part - (part <= 10 ? 3 : 11));
        times -= part;
    }
    for (; times > 0; times--)
        add_item(list, length, 0);
}

static void list_lengths(struct length_list *list, const uint8_t *lengths, size_t count)
{
    list->count = 0;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && lengths[end] == lengths[i];)
            end++;
        add_lengths(list, lengths[i], end - i);
    }
}

static void put_items(struct tw_bits *bits, const struct length_list *list, const struct tw_huffman *codes)
{
    static const uint8_t extra_bits[] = {2, 3, 7};
    for (size_t i = 0; i < list->count; i++) {
        uint8_t symbol = list->items[i].symbol;
        tw_bits_put(bits, codes->codes[symbol], codes->lengths[symbol]);
        if (symbol >= 16)
            tw_bits_put(bits, list->items[i].extra, extra_bits[symbol - 16]);
        tw_bits_flush(bits);
    }
}

void tw_huffman_put_lengths(struct tw_bits *bits, const struct tw_huffman *huffman)
{
    static const uint8_t order[NUM_LENGTH_SYMBOLS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                      11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t lengths[TW_HUFFMAN_SYMBOLS + 1];
    size_t count = huffman->count, shown = NUM_LENGTH_SYMBOLS;
    uint32_t counts[NUM_LENGTH_SYMBOLS] = {0};
    struct length_list list;
    struct tw_huffman codes;
    while (count > LEAST_LITERALS && huffman->lengths[count - 1] == 0)
        count--;
    memcpy(lengths, huffman->lengths, count);
    lengths[count] = 1; /* of the only distance */
    list_lengths(&list, lengths, count + 1);
    for (size_t i = 0; i < list.count; i++)
        counts[list.items[i].symbol]++;
    make(&codes, counts, NUM_LENGTH_SYMBOLS, LONGEST_OF_LENGTHS);
    while (codes.lengths[order[shown - 1]] == 0)
        shown--;
    tw_bits_put(bits, count - LEAST_LITERALS, 5);
    tw_bits_put(bits, 0, 5);
    tw_bits_put(bits, shown - 4, 4);
    tw_bits_flush(bits);
    for (size_t i = 0; i < shown; i++) {
        tw_bits_put(bits, codes.lengths[order[i]], 3);
        tw_bits_flush(bits);
    }
    put_items(bits, &list, &codes);
}
