/* Policy files: every example of every shipped file, and what bad files are told. */
#include "harness.h"
#include "platform/asset.h"
#include "policy/policy_file.h"

TEST("every example in every shipped policy comes out as its file says")
{
    int files = 0, examples = 0;

    for (const struct asset *a = policies_assets; a->path; a++, files++) {
        struct policy_problems pb;
        int n = 0;
        enum err err = policy_run_examples(test_arena(), a->path, (const char *)a->start,
                                           (size_t)(a->end - a->start), &n, &pb);

        for (int i = 0; i < pb.n; i++)
            test_fail(__FILE__, __LINE__, "%s", policy_problem_text(test_arena(), &pb, i, LANG_EN));
        EXPECT_INT(err, OK);
        examples += n;
    }
    EXPECT(files >= 10);
    EXPECT(examples >= 70);
}
