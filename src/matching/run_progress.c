/* run_progress.c — see run_progress.h. */
#include "matching/run_progress.h"

#include "matching/matching.h"
#include "platform/json.h"

#include <pthread.h>

enum { RUNS_MAX = 16 };

struct under_way {
    int64_t run_id; /* 0: free */
    struct match_progress progress;
    struct match_watch watch;
    const struct match_watch *follower; /* of the thread that began it, or NULL */
};

static struct under_way under_way[RUNS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local const struct match_watch *follower;

void match_runs_follow(const struct match_watch *watch)
{
    follower = watch;
}

static void note(void *arg, const struct match_progress *progress)
{
    struct under_way *u = arg;

    pthread_mutex_lock(&lock);
    u->progress = *progress;
    pthread_mutex_unlock(&lock);
    match_tell(u->follower, *progress);
}

const struct match_watch *match_progress_begin(int64_t run_id)
{
    struct under_way *u = NULL;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < RUNS_MAX && !u; i++)
        if (under_way[i].run_id == 0)
            u = &under_way[i];
    if (u)
        *u = (struct under_way){ .run_id = run_id, .watch = { note, u }, .follower = follower };
    pthread_mutex_unlock(&lock);
    if (!u)
        return NULL;
    match_tell(&u->watch, (struct match_progress){ .stage = MATCH_READING });
    return &u->watch;
}

void match_progress_end(const struct match_watch *watch)
{
    if (!watch)
        return;
    pthread_mutex_lock(&lock);
    ((struct under_way *)watch->arg)->run_id = 0;
    pthread_mutex_unlock(&lock);
}

bool match_progress_find(int64_t run_id, struct match_progress *ret)
{
    bool is_found = false;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < RUNS_MAX && !is_found; i++)
        if (under_way[i].run_id == run_id) {
            *ret = under_way[i].progress;
            is_found = true;
        }
    pthread_mutex_unlock(&lock);
    return is_found;
}

/* --- telling --- */

static const char *const stages[] = { "READING", "CANDIDATES", "ASSIGNING", "STORING" };

static const char *sentence(struct arena *mem, const struct match_progress *p, enum lang lang)
{
    bool is_en = lang == LANG_EN;

    switch (p->stage) {
    case MATCH_READING:
        return is_en ? "reading people and posts" : "正在读取人员和岗位";
    case MATCH_CANDIDATES:
        return is_en ? "looking for posts that suit each person" : "正在为每人找合适的岗位";
    case MATCH_ASSIGNING:
        return arena_printf(
            mem,
            is_en ? "assigning posts, round %lld: so far at most %.2f%% below the best"
                  : "正在分配岗位，第%lld轮：目前的方案比最好的至多差%.2f%%",
            (long long)p->done, p->bound > 0 ? 100.0 * (double)p->gap / (double)p->bound : 0.0);
    case MATCH_STORING:
        return arena_printf(mem,
                            is_en ? "storing the results: %lld of %lld people"
                                  : "正在保存结果：%lld / %lld人",
                            (long long)p->done, (long long)p->of);
    }
    return NULL;
}

const char *match_progress_json(struct arena *mem, const struct match_progress *p)
{
    struct json *j = json_new(mem);

    json_object(j);
    json_put_str(j, "stage", stages[p->stage]);
    json_put_int(j, "done", p->done);
    json_put_int(j, "of", p->of);
    json_put_int(j, "gap", p->gap);
    json_put_int(j, "bound", p->bound);
    json_put_str(j, "zh", sentence(mem, p, LANG_ZH));
    json_put_str(j, "en", sentence(mem, p, LANG_EN));
    json_end(j);
    return json_text(j);
}
