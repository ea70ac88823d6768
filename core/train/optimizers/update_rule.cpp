#include "unfold/train/optimizers/update_rule.h"

#include <algorithm>
#include <limits>

namespace unfold {

UpdateStep::UpdateStep(const OptimizerConfig& c, double eta, double lambda, std::int64_t t)
    : config(c),
      learning_rate(eta),
      weight_decay(lambda),
      number(t),
      rate(Real(eta)),
      decay(Real(lambda)),
      epsilon(std::max(Real(c.epsilon), std::numeric_limits<Real>::min())) {}

const UpdateRule& rule_of(OptimizerKind kind) {
  // In the order of OptimizerKind.
  constexpr const UpdateRule& (*rules[])(){&sgd_rule,     &momentum_rule, &nesterov_rule, &rmsprop_rule,
                                           &adagrad_rule, &adadelta_rule, &adam_rule,     &adamw_rule};
  static_assert(std::size(rules) == optimizer_names.size());
  return rules[std::size_t(kind)]();
}

}  // namespace unfold
