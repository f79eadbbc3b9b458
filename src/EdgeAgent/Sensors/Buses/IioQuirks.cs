namespace EdgeAgent.Sensors.Buses;

/// <summary>
/// Where drivers leave the units of the IIO ABI, and how far each sensor's own range goes; by the name of the driver. Pure.
/// Sources: drivers/iio/pressure/bmp280-core.c, drivers/iio/chemical/bme680_core.c, drivers/iio/adc/ti-ads1015.c and the data sheets.
/// </summary>
internal static class IioQuirks
{
    /// <summary>Kilopascals that no weather has: then it was hectopascals.</summary>
    private const double TooMuchAir = 200;

    /// <summary>Millivolts a step that the widest range of an ADS1115 is below.</summary>
    private const double SixteenBits = 0.2;

    private static readonly string[] AirSensors = ["bmp085", "bmp180", "bmp280", "bmp380", "bmp390", "bmp580", "bme280", "bme680"];
    private static readonly string[] DhtSensors = ["dht11", "dht22"];

    /// <summary>
    /// Which chip it is. ti-ads1015.c calls ADS1015 and TLA2024 (12 bits) and ADS1115 (16 bits) all ads1015; their widest range is
    /// 6.144 V, so the largest scale on offer is 3 mV with 12 bits and 0.1875 mV with 16.
    /// </summary>
    /// <param name="driver">Without an address.</param>
    /// <param name="scales">Its scales in mV, asked for only where they tell; what is no scale is 0 or less.</param>
    public static string Chip(string driver, Func<IEnumerable<double>> scales) =>
        driver == "ads1015" && scales().DefaultIfEmpty().Max() is > 0 and < SixteenBits ? "ads1115" : driver;

    /// <summary>The number in the unit that the ABI asks for.</summary>
    /// <param name="driver">Without an address.</param>
    /// <param name="type">The channel's type.</param>
    /// <param name="text">As the driver wrote it.</param>
    /// <param name="number">The same, scaled.</param>
    public static double Correct(string driver, string type, string text, double number) => (driver, type) switch
    {
        // Old bme280 and every bme680 write percent, with decimals, instead of thousandths.
        ("bme280" or "bme680", "humidityrelative") when text.Contains('.', StringComparison.Ordinal) && number <= 100 => number * 1000,
        (_, "pressure") when AirSensors.Contains(driver) && number > TooMuchAir => number / 10,
        _ => number,
    };

    /// <summary>What the sensor cannot have measured.</summary>
    /// <param name="driver">Without an address.</param>
    /// <param name="type">The channel's type.</param>
    /// <param name="value">In °C, % or hPa.</param>
    public static SensorFailure? Check(string driver, string type, double value)
    {
        var (least, most) = (driver, type) switch
        {
            (_, "humidityrelative") => (0, 100),
            (_, "temp") when AirSensors.Contains(driver) => (-40, 85),
            (_, "temp") when DhtSensors.Contains(driver) => (-40, 80),
            (_, "pressure") when AirSensors.Contains(driver) => (300, 1100),
            _ => (double.NegativeInfinity, double.PositiveInfinity),
        };
        return value >= least && value <= most
            ? null
            : new(SensorFailureKind.Implausible, FormattableString.Invariant($"{driver} {type}: {value} is beyond {least} to {most}, which is all that it can measure"));
    }

    /// <summary>An analogue input at the end of its scale says only that there is more.</summary>
    public static SensorFailure? Saturated(string chip, string type, double raw)
    {
        var isAtEnd = (chip, type) switch
        {
            ("ads1115", "voltage") => raw is >= 32767 or <= -32767,
            ("ads1015", "voltage") => raw is >= 2047 or <= -2048,
            _ => false,
        };
        return isAtEnd
            ? new(SensorFailureKind.Implausible, FormattableString.Invariant($"{chip} is at the end of its scale ({raw}): set a wider gain, or check the wiring"))
            : null;
    }

    /// <summary>How often a driver is asked that fails now and then by nature, and how long it must rest between.</summary>
    public static (int Tries, TimeSpan Pause) Retries(string driver) =>
        DhtSensors.Contains(driver) ? (3, TimeSpan.FromMilliseconds(2100)) : (1, TimeSpan.Zero);
}
