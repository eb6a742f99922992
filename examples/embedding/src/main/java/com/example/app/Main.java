package com.example.app;

import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** An application that heals its own queue: its first job hangs, and the second is done anyway. */
public final class Main {
  private Main() {}

  /**
   * Runs it.
   *
   * @param args the directory for the engine's state
   */
  public static void main(String[] args) throws InterruptedException {
    Path state = Path.of(args.length == 0 ? "healing-state" : args[0]);
    WorkQueue queue = new WorkQueue();
    // tag::embedding[]
    try (LinuxHost host = LinuxHost.open(state);
        HealingEngine engine =
            HealingEngine.builder()
                .host(host)
                .add(new QueueStuck(queue)) // a DetectorProvider
                .add(new ReplaceWorker(queue)) // an ActionProvider
                .build()) {
      engine.start();
      work(queue);
    }
    // end::embedding[]
  }

  private static void work(WorkQueue queue) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    queue.submit(Main::hang);
    queue.submit(done::countDown);
    done.await();
    System.out.println("Done, by worker " + queue.workers() + ".");
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
