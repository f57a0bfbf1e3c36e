/* SPDX-License-Identifier: MIT */
#include "makers.h"

#include <pthread.h>
#include <stdlib.h>

struct tw_makers {
    pthread_mutex_t mutex;
    pthread_cond_t left;
    int count;
};

struct tw_makers *tw_makers_new(void)
{
    struct tw_makers *makers = calloc(1, sizeof(*makers));
    if (makers == NULL)
        return NULL;
    pthread_mutex_init(&makers->mutex, NULL);
    pthread_cond_init(&makers->left, NULL);
    return makers;
}

void tw_makers_free(struct tw_makers *makers)
{
    if (makers == NULL)
        return;
    pthread_mutex_lock(&makers->mutex);
    while (makers->count > 0)
        pthread_cond_wait(&makers->left, &makers->mutex);
    pthread_mutex_unlock(&makers->mutex);
    pthread_mutex_destroy(&makers->mutex);
    pthread_cond_destroy(&makers->left);
    free(makers);
}

void tw_makers_enter(struct tw_makers *makers)
{
    pthread_mutex_lock(&makers->mutex);
    makers->count++;
    pthread_mutex_unlock(&makers->mutex);
}

void tw_makers_leave(struct tw_makers *makers)
{
    pthread_mutex_lock(&makers->mutex);
    makers->count--;
    pthread_cond_broadcast(&makers->left);
    pthread_mutex_unlock(&makers->mutex);
}
