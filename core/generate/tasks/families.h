// What tasks of one kind share: symbols in sequences that end, labels, numbers. A task derives from one of these, and
// says what is its own.
#pragma once

#include "unfold/data/task_head.h"

namespace unfold {

/// Sequences of symbols that end (TaskConfig::termination), predicted symbol by symbol, each the next one's input:
/// generate and translate. The loss is the cross-entropy in nats, of the end too; a sequence is right if all of it is.
/// Learned with `label_smoothing`, as LabelHead; halts and lengths are not smoothed.
class SequenceHead : public TaskHead {
 public:
  NetworkSizes sizes(const TaskConfig& task, const Dataset& data) const override;
  Index steps(const TaskConfig& task, const Dataset& data, const Example& e) const override;
  Index encoder_steps(const TaskConfig& task, const Dataset& data, const Example& e) const override;
  void fill(const TaskConfig& task, const Dataset& data, const Example& e, Index n, Workspace& w,
            Targets& targets) const override;
  Metrics measure(const TaskConfig& task, const Network& network, Workspace& w, Targets& targets,
                  bool learn) const override;
  double trivial_loss(const TaskConfig& task, const std::vector<Example>& train, const std::vector<Example>& measured,
                      const Dataset& data) const override;
  void parse_target(const Predictor& p, const Json& target, Example& e) const override;
  void show_target(const Predictor& p, const Example& e, Json& json) const override;
  /// {output, logProbability, alternatives: [{output, logProbability, score}], attention?}
  void predict(const Predictor& p, const Example& e, const PredictOptions& options, bool has_target,
               Json& json) const override;
};

/// One of a set of labels, once or at every step: classify and tag. The loss is the cross-entropy in nats; a step is
/// right if its likeliest label is. What is learned may differ: with `label_smoothing` ε the target is (1−ε)·onehot +
/// ε/V (Szegedy et al. 2016), and with `class_weights` a step weighs Σ counts/(V·count of its label); the loss that is
/// told stays the plain one.
class LabelHead : public TaskHead {
 public:
  NetworkSizes sizes(const TaskConfig& task, const Dataset& data) const override;
  void fill(const TaskConfig& task, const Dataset& data, const Example& e, Index n, Workspace& w,
            Targets& targets) const override;
  Metrics measure(const TaskConfig& task, const Network& network, Workspace& w, Targets& targets,
                  bool learn) const override;
  double trivial_loss(const TaskConfig& task, const std::vector<Example>& train, const std::vector<Example>& measured,
                      const Dataset& data) const override;
  std::vector<Real> label_weights(const TaskConfig& task, const Dataset& data) const override;

 protected:
  /// Probabilities of the labels, [V × steps], and the likeliest of each step.
  static std::vector<Real> probabilities(const Predictor& p, const Example& e);
  static std::vector<std::string> likeliest(const Predictor& p, const std::vector<Real>& probabilities);
};

/// Numbers at every step, or once: regress and notes.
class NumberHead : public TaskHead {
 public:
  NetworkSizes sizes(const TaskConfig& task, const Dataset& data) const override;
  void fill(const TaskConfig& task, const Dataset& data, const Example& e, Index n, Workspace& w,
            Targets& targets) const override;
  double trivial_loss(const TaskConfig& task, const std::vector<Example>& train, const std::vector<Example>& measured,
                      const Dataset& data) const override;
  void parse_target(const Predictor& p, const Json& target, Example& e) const override;
  void show_target(const Predictor& p, const Example& e, Json& json) const override;
  /// {values: a row per step, forecast?: rows of further steps}, with a loss that has them also {quantiles: a list of
  /// them for each value, forecastQuantiles?} or {deviations: as values, forecastDeviations?}
  void predict(const Predictor& p, const Example& e, const PredictOptions& options, bool has_target,
               Json& json) const override;

 protected:
  /// What predicts a column best whose training values are these, always the same: NumberLoss::outputs() numbers; and
  /// what it costs for a value.
  virtual void fit_constant(const TaskConfig& task, std::vector<Real> values, double* y) const = 0;
  virtual double constant_loss(const TaskConfig& task, const double* y, double value) const = 0;
  /// Predictions that one row of O values counts as.
  virtual double answers_per_row(Index O) const = 0;
  /// Turns what the readout says into predictions, [n].
  virtual void transform(Real* y, Index n) const = 0;
  /// The next input, from what the readout says of it.
  virtual double temperature(const PredictOptions& options) const = 0;
  virtual Real next_input(Real y, double temperature, Rng& rng) const = 0;
};

/// The scale of the loss's gradient: 1/predictions while learning, else 0.
Real mean_scale(bool learn, std::int64_t predictions);
/// Adds the losses of a window's steps, one after the other.
void add_losses(const Targets& targets, double& total);
/// Mean of −ln p of the counted targets below V, with p = (count + 1/K)/(total + 1), so that what was never seen does
/// not cost infinity. K = V symbols, and the end if sequences have one.
double unigram_loss(const std::vector<Example>& train, const std::vector<Example>& measured, std::size_t V, bool ends);

}  // namespace unfold
