using System.Runtime.InteropServices;

namespace EdgeAgent.Sensors.Kernel;

/// <summary>
/// Waits, on one thread for the whole process, until descriptors of pipes, terminals, GPIO lines and processes are ready, so
/// that none of them costs a thread of its own. By poll(2): the descriptors are few, and its structure is the same everywhere.
/// Thread-safe. The thread starts with the first wait.
/// </summary>
internal sealed class DescriptorPoller
{
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];
    private int _wake = -1;

    public static DescriptorPoller Shared { get; } = new();

    /// <summary>
    /// Completes once the descriptor is ready, hung up or in error: the next call on it tells which. The owner cancels its wait
    /// before it closes the descriptor.
    /// </summary>
    /// <param name="descriptor">Open and non-blocking.</param>
    /// <param name="events"><see cref="Libc.PollIn"/> or <see cref="Libc.PollOut"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(int descriptor, short events, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(descriptor, events);
        lock (_gate)
        {
            if (_wake < 0)
            {
                Start();
            }

            _waiters.Add(waiter);
        }

        Wake();
        await using var registration = cancellationToken.Register(() => Cancel(waiter));
        await waiter.Done.Task;
    }

    private void Cancel(Waiter waiter)
    {
        lock (_gate)
        {
            _waiters.Remove(waiter);
        }

        waiter.Done.TrySetCanceled();
        Wake();
    }

    private void Start()
    {
        _wake = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (_wake < 0)
        {
            throw new IOException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        new Thread(Run) { IsBackground = true, Name = "descriptors" }.Start();
    }

    private unsafe void Wake()
    {
        var one = 1UL;
        _ = Libc.Write(_wake, (byte*)&one, sizeof(ulong));
    }

    private unsafe void Run()
    {
        var ready = new List<Waiter>();
        var watched = new List<Waiter>();
        while (true)
        {
            watched.Clear();
            lock (_gate)
            {
                watched.AddRange(_waiters);
            }

            var table = new Libc.PollDescriptor[watched.Count + 1];
            table[^1] = new() { Descriptor = _wake, Events = Libc.PollIn };
            for (var i = 0; i < watched.Count; i++)
            {
                table[i] = new() { Descriptor = watched[i].Descriptor, Events = watched[i].Events };
            }

            fixed (Libc.PollDescriptor* start = table)
            {
                if (Libc.Poll(start, (nuint)table.Length, -1) < 0)
                {
                    continue;
                }
            }

            if (table[^1].Returned != 0)
            {
                ulong count;
                _ = Libc.Read(_wake, (byte*)&count, sizeof(ulong));
            }

            ready.Clear();
            lock (_gate)
            {
                for (var i = 0; i < watched.Count; i++)
                {
                    if (table[i].Returned != 0 && _waiters.Remove(watched[i]))
                    {
                        ready.Add(watched[i]);
                    }
                }
            }

            foreach (var waiter in ready)
            {
                waiter.Done.TrySetResult();
            }
        }
    }

    /// <summary>Compared by reference: two waits for one descriptor are two.</summary>
    private sealed class Waiter(int descriptor, short events)
    {
        public int Descriptor { get; } = descriptor;

        public short Events { get; } = events;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
