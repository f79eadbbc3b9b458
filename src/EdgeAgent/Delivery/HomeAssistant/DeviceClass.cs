namespace EdgeAgent.Delivery.HomeAssistant;

/// <summary>
/// What Home Assistant calls a quantity, found by the unit. One that is not known here is shown with its unit and no class, which Home
/// Assistant takes; a wrong one it refuses. Source: Home Assistant developer documentation, "Sensor entity", device classes and
/// state classes.
/// </summary>
/// <param name="Name">The device class; null: none.</param>
/// <param name="Unit">The unit as Home Assistant writes it.</param>
/// <param name="StateClass">measurement, or total_increasing for a meter.</param>
internal readonly record struct DeviceClass(string? Name, string? Unit, string StateClass = DeviceClass.Measurement)
{
    private const string Measurement = "measurement";
    private const string TotalIncreasing = "total_increasing";

    /// <param name="name">The name of the value, which tells one percentage from another.</param>
    /// <param name="unit">As the sensor has it.</param>
    public static DeviceClass Of(string name, string? unit) => unit switch
    {
        "°C" or "°F" or "K" => new("temperature", unit),
        "%RH" or "%rH" or "% RH" => new("humidity", "%"),
        "%" when Says(name, "humidity") => new("humidity", unit),
        "%" when Says(name, "battery") => new("battery", unit),
        "Pa" or "hPa" or "kPa" or "bar" or "mbar" or "mmHg" or "inHg" or "psi" => new("pressure", unit),
        "V" or "mV" => new("voltage", unit),
        "A" or "mA" => new("current", unit),
        "W" or "kW" => new("power", unit),
        "VA" => new("apparent_power", unit),
        "var" => new("reactive_power", unit),
        "Wh" or "kWh" or "MWh" => new("energy", unit, TotalIncreasing),
        "Hz" or "kHz" or "MHz" or "GHz" => new("frequency", unit),
        "lx" => new("illuminance", unit),
        "dB" or "dBm" => new("signal_strength", unit),
        "ppm" when Says(name, "co2") => new("carbon_dioxide", unit),
        "ms" or "s" or "min" or "h" or "d" => new("duration", unit),
        "byte" or "bytes" or "B" => new("data_size", "B"),
        "kB" or "MB" or "GB" or "KiB" or "MiB" or "GiB" => new("data_size", unit),
        "m/s" or "km/h" or "kn" => new("speed", unit),
        "cm" or "m" or "km" => new("distance", unit),
        "g" or "kg" or "t" => new("weight", unit),
        _ => new(null, unit),
    };

    private static bool Says(string name, string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);
}
