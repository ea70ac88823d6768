// tensor: a network over sequences of numbers whose loss is the caller's; see api/tensor.h.
#include "unfold/generate/tasks/tasks.h"

namespace unfold {

constexpr Task tasks::tensor{.info = {.kind = TaskKind::tensor,
                                      .name = "tensor",
                                      .data = TaskData::caller,
                                      .numbers = true,
                                      .bidirectional = true,
                                      .context = true,
                                      .sizes = true}};

}  // namespace unfold
