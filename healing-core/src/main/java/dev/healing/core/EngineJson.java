package dev.healing.core;

import dev.healing.api.*;
import tools.jackson.databind.node.ObjectNode;

/** The words as JSON, the same everywhere: journal, audit, command line. */
public final class EngineJson {
  private EngineJson() {}

  /** {id,type,severity,description,components,fingerprint,metrics} */
  public static ObjectNode issue(Issue issue) {
    throw new UnsupportedOperationException();
  }

  /**
   * {id,fingerprint,type,components,actions,outcome,detectedAt,startedAt,finishedAt,before,after,confidence,reason,incident,target,origin,steps}
   */
  public static ObjectNode receipt(Receipt receipt) {
    throw new UnsupportedOperationException();
  }

  /** {at,incident?,issue,actions,confidence,verdict,until?,reason,judgements,rejected,preview?} */
  public static ObjectNode decision(Decision decision) {
    throw new UnsupportedOperationException();
  }

  /**
   * {id,fingerprint,type,components,severity,status,firstSeen,lastSeen,closedAt?,cause?,note,issue,decision?,attempts}
   */
  public static ObjectNode incident(Incident incident) {
    throw new UnsupportedOperationException();
  }

  /** {at,kind,message,incident?} */
  public static ObjectNode event(Event event) {
    throw new UnsupportedOperationException();
  }

  /** {id,type,action,priority,confidence,score,benefit,safeToAutomate,description,components} */
  public static ObjectNode opportunity(Opportunity opportunity) {
    throw new UnsupportedOperationException();
  }
}
