#include "unfold/model/operations/description.h"

namespace unfold {

Real* term_of(const Plan& plan, int parameter, Index rows, std::vector<Term>& terms) {
  const std::string& name = plan.parameters[parameter].name;
  for (Term& term : terms)
    if (term.name == name) return term.values.data();
  terms.push_back({name, false, std::vector<Real>(std::size_t(rows))});
  return terms.back().values.data();
}

}  // namespace unfold
