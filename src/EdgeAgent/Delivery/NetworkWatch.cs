using System.Net.NetworkInformation;

namespace EdgeAgent.Delivery;

/// <summary>
/// A wait that ends early when the machine's addresses change (a cable plugged in, Wi-Fi back, a new lease), because then an
/// attempt to connect is worth making at once.
/// </summary>
internal sealed class NetworkWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended;
    private bool _isDisposed;

    public NetworkWatch(CancellationToken stop)
    {
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        NetworkChange.NetworkAddressChanged += OnChanged;
    }

    /// <summary>Cancelled at the first change, or when stopping.</summary>
    public CancellationToken Token => _ended.Token;

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnChanged;
        lock (_lock)
        {
            _isDisposed = true;
            _ended.Dispose();
        }
    }

    private void OnChanged(object? sender, EventArgs arguments)
    {
        // A change may be under way on another thread while this is disposed.
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _ended.Cancel();
            }
        }
    }
}
