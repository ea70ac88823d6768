#include "unfold/data/confusion.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace unfold {

void Confusion::add(const Real* probabilities, Index V, Index target) {
  if (V > most_labels) return;
  if (labels == 0) {
    labels = V;
    counts.resize(std::size_t(V * V));
  }
  const Index predicted = std::max_element(probabilities, probabilities + V) - probabilities;
  const double p = double(probabilities[predicted]);
  const std::size_t bin = std::min(std::size_t(p * double(bins)), bins - 1);
  ++counts[std::size_t(target * V + predicted)];
  ++total[bin];
  sure[bin] += p;
  correct[bin] += predicted == target;
}

void Confusion::add(const Confusion& other) {
  if (other.labels == 0) return;
  labels = other.labels;
  counts.resize(other.counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  for (std::size_t b = 0; b < bins; ++b) {
    sure[b] += other.sure[b];
    total[b] += other.total[b];
    correct[b] += other.correct[b];
  }
}

namespace {

double ratio(double a, double b) { return b > 0 ? a / b : -1; }

Json calibration_json(const Confusion& c) {
  Json list = Json::array();
  double error = 0, all = 0;
  for (std::size_t b = 0; b < Confusion::bins; ++b) {
    if (c.total[b] == 0) continue;
    const double n = double(c.total[b]), confidence = c.sure[b] / n, accuracy = double(c.correct[b]) / n;
    error += n * std::fabs(accuracy - confidence);
    all += n;
    list.push_back(object({{"count", c.total[b]}, {"confidence", confidence}, {"accuracy", accuracy}}));
  }
  return object({{"error", all > 0 ? error / all : 0.0}, {"bins", list}});
}

}  // namespace

Json confusion_json(const Confusion& c, const std::vector<std::string>& names) {
  const auto at = [&](Index t, Index p) { return double(c.counts[std::size_t(t * c.labels + p)]); };
  Json list = Json::array(), rows = Json::array();
  double sum = 0, classes = 0;
  for (Index v = 0; v < c.labels; ++v) {
    double given = 0, answered = 0;
    std::vector<std::int64_t> row;
    for (Index u = 0; u < c.labels; ++u) {
      given += at(v, u);
      answered += at(u, v);
      row.push_back(std::int64_t(at(v, u)));
    }
    const double precision = ratio(at(v, v), answered), recall = ratio(at(v, v), given);
    const double f1 = given + answered > 0 ? 2 * at(v, v) / (given + answered) : -1;
    if (f1 >= 0) sum += f1, ++classes;
    list.push_back(object({{"name", names[std::size_t(v)]},
                           {"count", std::int64_t(given)},
                           maybe("precision", precision >= 0, precision),
                           maybe("recall", recall >= 0, recall),
                           maybe("f1", f1 >= 0, f1)}));
    rows.push_back(row);
  }
  return object({{"labels", list},
                 maybe("macroF1", classes > 0, classes > 0 ? sum / classes : 0),
                 {"confusion", rows},
                 {"calibration", calibration_json(c)}});
}

}  // namespace unfold
