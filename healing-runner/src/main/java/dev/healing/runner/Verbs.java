package dev.healing.runner;

import java.util.List;

/** The table of verbs, in the order in which {@code --help} shows them. */
final class Verbs {
  private Verbs() {}

  static List<Verb> all() {
    return List.of(
        new RunVerb(),
        new OnceVerb(),
        new StatusVerb(),
        new IssuesVerb(),
        new HistoryVerb(),
        new MetricsVerb(),
        new HealVerb(),
        new ApproveVerb(),
        new RejectVerb(),
        new ExplainVerb(),
        new OpportunitiesVerb(),
        new ForecastVerb(),
        new AnomalyVerb(),
        new KnowledgeVerb(),
        new DrillVerb(),
        new RecordVerb(),
        new ReplayVerb(),
        new NotifyVerb(),
        new PauseVerb(),
        new ResumeVerb(),
        new ReloadVerb(),
        new CheckConfigVerb(),
        new PluginsVerb(),
        new CompletionVerb(),
        new ManVerb());
  }
}
