/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <pthread.h>
#include <stdlib.h>

struct tw_gate {
    pthread_mutex_t mutex;
    pthread_cond_t left;
    int places; /* that are free */
};

struct tw_gate *tw_gate_new(int places)
{
    struct tw_gate *gate = calloc(1, sizeof(*gate));
    if (gate == NULL)
        return NULL;
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->left, NULL);
    gate->places = places;
    return gate;
}

void tw_gate_free(struct tw_gate *gate)
{
    if (gate == NULL)
        return;
    pthread_mutex_destroy(&gate->mutex);
    pthread_cond_destroy(&gate->left);
    free(gate);
}

void tw_gate_enter(struct tw_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->places <= 0)
        pthread_cond_wait(&gate->left, &gate->mutex);
    gate->places--;
    pthread_mutex_unlock(&gate->mutex);
}

void tw_gate_leave(struct tw_gate *gate, int places)
{
    pthread_mutex_lock(&gate->mutex);
    gate->places += places;
    pthread_cond_broadcast(&gate->left);
    pthread_mutex_unlock(&gate->mutex);
}
