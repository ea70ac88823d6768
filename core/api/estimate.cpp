// Sizes beforehand: the sums of the plan, with what the trainer and the engine take beside it.
#include "unfold/api/session.h"
#include "unfold/model/compile.h"
#include "unfold/train/best_weights.h"
#include "unfold/train/optim.h"

namespace unfold {

Estimate estimate(const Config& config, const NetworkSizes& sizes, Index T, Index S, Index text_tokens) {
  const Plan plan = compile(config, sizes);
  const Room room{.steps = T,
                  .encoder_steps = S,
                  .columns = config.batch_size,
                  .training = true,
                  .dropout = config.dropout > 0,
                  .tiles = config.task.learns_text()};
  const double parameters = double(plan.parameters.size());
  const bool perturbs = config.regularization.perturbs(), averages = config.averaging.on();
  const int copies = 2 + moments(config.optimizer) + keeps_best(config) + perturbs + averages;
  const int packed = 1 + (perturbs || averages);
  const double numbers = parameters * copies + double(plan.packed) * packed + double(plan.arena(room));
  return {.parameters = plan.parameters.size(),
          .bytes = sizeof(Real) * numbers + sizeof(Token) * double(text_tokens) + engine_bytes};
}

Estimate estimate(const Config& config, Index V, Index text_tokens) {
  return estimate(config, {.symbols = V, .outputs = V}, config.sequence_length, 0, text_tokens);
}

}  // namespace unfold
