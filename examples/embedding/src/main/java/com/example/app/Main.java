package com.example.app;

import dev.healing.core.EngineBuilder;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.detect.embedded.PoolExhausted;
import dev.healing.learning.JsonKnowledgeBaseProvider;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An application that heals its own queue, whose first job hangs, and its own pool, all threads of
 * which hang: what waits behind them is done anyway.
 */
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
    ThreadPoolExecutor pool = pool(2);
    // tag::embedding[]
    try (LinuxHost host = LinuxHost.open(state)) {
      EngineBuilder builder = HealingEngine.builder().host(host).discoverPlugins(false);
      builder.add(new JsonKnowledgeBaseProvider()); // what was found out is known after a restart
      builder.add(new QueueStuck(queue)).add(new ReplaceWorker(queue)); // detector and action
      builder.add(new PoolExhausted.Provider(Map.of("mail", pool))).add(new LargerPool(pool));
      try (HealingEngine engine = builder.build()) {
        engine.start();
        work(queue, pool);
      }
    }
    // end::embedding[]
  }

  private static ThreadPoolExecutor pool(int threads) {
    return new ThreadPoolExecutor(
        threads, threads, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), Main::daemon);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "mail");
    thread.setDaemon(true);
    return thread;
  }

  private static void work(WorkQueue queue, ThreadPoolExecutor pool) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(2);
    queue.submit(Main::hang);
    queue.submit(done::countDown);
    pool.execute(Main::hang);
    pool.execute(Main::hang);
    pool.execute(done::countDown);
    done.await();
    System.out.println(
        "Done, by worker %d and with %d threads.".formatted(queue.workers(), pool.getPoolSize()));
  }

  private static void hang() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
