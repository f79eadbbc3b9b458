namespace EdgeAgent.Sensors.Modbus;

/// <summary>The buses in use, each shared by the sensors on it. Thread-safe.</summary>
internal sealed class ModbusBuses
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (ModbusBus Bus, int Users)> _buses = new(StringComparer.Ordinal);

    /// <summary>The bus at an address; given back by <see cref="Return"/>. The first user decides how the line is set.</summary>
    public ModbusBus Take(ModbusAddress address, TimeProvider time)
    {
        lock (_gate)
        {
            var (bus, users) = _buses.GetValueOrDefault(address.ToString());
#pragma warning disable CA2000 // The last user's return disposes of it.
            bus ??= new(address, time);
#pragma warning restore CA2000
            _buses[address.ToString()] = (bus, users + 1);
            return bus;
        }
    }

    public void Return(ModbusAddress address)
    {
        lock (_gate)
        {
            if (!_buses.TryGetValue(address.ToString(), out var shared))
            {
                return;
            }

            if (shared.Users > 1)
            {
                _buses[address.ToString()] = (shared.Bus, shared.Users - 1);
            }
            else
            {
                _buses.Remove(address.ToString());
                shared.Bus.Dispose();
            }
        }
    }
}
