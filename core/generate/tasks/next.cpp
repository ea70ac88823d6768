// next: predicts every character of a text from those before it. A text has no examples: TextLoader fills the windows,
// Sampler writes.
#include "unfold/generate/tasks/tasks.h"

namespace unfold {

constexpr Task tasks::next{
    .info = {.kind = TaskKind::next, .name = "next", .data = TaskData::text, .autoregressive = true}};

}  // namespace unfold
