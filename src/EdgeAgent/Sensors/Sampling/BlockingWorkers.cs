namespace EdgeAgent.Sensors.Sampling;

/// <summary>
/// Threads for reads that may block: a driver can take a second, a hung bus for ever. There is one thread per read that is under
/// way, so a stuck sensor holds exactly one and no other sensor waits for it; the thread pool is never touched. A thread is kept
/// for the next read while few are idle. Thread-safe.
/// </summary>
internal sealed class BlockingWorkers
{
    /// <summary>How many idle threads are kept.</summary>
    private const int IdleLimit = 2;

    private readonly Lock _gate = new();
    private readonly Stack<Worker> _idle = new();
    private int _threads;

    /// <summary>How many threads there are now, idle ones included.</summary>
    public int Threads
    {
        get
        {
            lock (_gate)
            {
                return _threads;
            }
        }
    }

    /// <summary>
    /// Begins <paramref name="read"/> on a thread that may block, and frees the thread when the call returns, be it with a task
    /// that is not complete yet.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<ValueTask<T>> read)
    {
        var begun = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                begun.SetResult(read().AsTask());
            }
            catch (Exception exception) when (begun.TrySetException(exception))
            {
                // Handed to the caller.
            }
        });
        return await await begun.Task;
    }

    private void Post(Action job)
    {
        Worker? worker;
        lock (_gate)
        {
            if (!_idle.TryPop(out worker))
            {
                _threads++;
            }
        }

        if (worker is null)
        {
            worker = new(this, job);
            new Thread(worker.Run) { IsBackground = true, Name = "sensor read" }.Start();
        }
        else
        {
            worker.Give(job);
        }
    }

    /// <summary>True where the worker shall wait for its next job; false where it shall end.</summary>
    private bool TryRest(Worker worker)
    {
        lock (_gate)
        {
            if (_idle.Count >= IdleLimit)
            {
                _threads--;
                return false;
            }

            _idle.Push(worker);
            return true;
        }
    }

    private sealed class Worker(BlockingWorkers owner, Action first)
    {
        private readonly object _given = new();
        private Action? _job = first;

        public void Give(Action job)
        {
            lock (_given)
            {
                _job = job;
                Monitor.Pulse(_given);
            }
        }

        public void Run()
        {
            do
            {
                Take().Invoke();
            }
            while (owner.TryRest(this));
        }

        private Action Take()
        {
            lock (_given)
            {
                while (_job is null)
                {
                    Monitor.Wait(_given);
                }

                var job = _job;
                _job = null;
                return job;
            }
        }
    }
}
