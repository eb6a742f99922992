package com.example.app;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The part of an application that sometimes hangs: one worker that does one job after another. */
final class WorkQueue implements AutoCloseable {
  private final BlockingQueue<Runnable> jobs = new LinkedBlockingQueue<>();
  private volatile Thread worker = new Thread();
  private volatile long workers;
  private volatile long taken;

  WorkQueue() {
    replaceWorker();
  }

  void submit(Runnable job) {
    jobs.add(job);
  }

  int waiting() {
    return jobs.size();
  }

  long taken() {
    return taken;
  }

  /** Which worker it is by now: the first, the second, … */
  long workers() {
    return workers;
  }

  /** Gives up the worker, and the job that it hangs in. */
  synchronized void replaceWorker() {
    worker.interrupt();
    workers++;
    worker = new Thread(this::work, "worker-" + workers);
    worker.setDaemon(true);
    worker.start();
  }

  private void work() {
    try {
      while (Thread.currentThread() == worker) {
        Runnable job = jobs.take();
        taken++;
        job.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    worker.interrupt();
  }
}
