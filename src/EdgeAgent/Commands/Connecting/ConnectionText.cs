using System.Globalization;

namespace EdgeAgent.Commands.Connecting;

/// <summary>The trial of a connection as <c>edgeagent connect</c> prints it: a line a step. Pure.</summary>
internal static class ConnectionText
{
    private const int Label = 12;

    /// <summary>Certificates that end sooner than this are pointed out.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    /// <summary>The line before the steps: which broker, and as whom.</summary>
    /// <param name="url">The broker.</param>
    /// <param name="clientId">Of this trial.</param>
    /// <param name="username">Null for none.</param>
    /// <param name="hasPassword">Whether a password is sent with it.</param>
    public static string Head(string url, string clientId, string? username, bool hasPassword) =>
        $"{Quantity.Plain(url)} as client '{Quantity.Plain(clientId)}', "
        + (username is null ? "without a user name" : $"user '{Quantity.Plain(username)}'{(hasPassword ? " with its password" : " without a password")}")
        + "\n";

    /// <param name="step">What happened.</param>
    /// <param name="now">To say how long certificates are good for.</param>
    public static string Step(ConnectionStep step, DateTimeOffset now)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine(
            $"  {step.Step.PadRight(Label)}{(step.Ok ? "ok      " : "FAILED  ")}{Quantity.Plain(step.Text, 1_000)}"
            + (step.Ok ? string.Create(CultureInfo.InvariantCulture, $" ({step.Ms:0.#} ms)") : ""));
        foreach (var certificate in step.Certificates ?? [])
        {
            text.WriteLine($"{new string(' ', Label + 10)}{Quantity.Plain(certificate.Subject)}, issued by {Quantity.Plain(certificate.Issuer)}, {Dates(certificate, now)}");
        }

        return text.ToString();
    }

    private static string Dates(CertificateReport certificate, DateTimeOffset now)
    {
        var dates = string.Create(CultureInfo.InvariantCulture, $"{certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}");
        var left = certificate.NotAfter - now;
        return certificate.NotBefore > now ? $"{dates}: NOT VALID YET, or this machine's clock is wrong"
            : left < TimeSpan.Zero ? $"{dates}: EXPIRED {Quantity.Duration(-left.TotalSeconds)} ago, or this machine's clock is wrong"
            : left < Soon ? $"{dates}: EXPIRES in {Quantity.Duration(left.TotalSeconds)}"
            : string.Create(CultureInfo.InvariantCulture, $"{dates}, {left.TotalDays:0} days left");
    }
}
