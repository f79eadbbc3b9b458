using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;

namespace EdgeAgent.Commands.Connecting;

/// <summary>What came of trying to connect to the brokers: what <c>edgeagent connect --json</c> prints.</summary>
/// <param name="Format">1; a higher one would change the meaning of a field.</param>
/// <param name="Brokers">In the order in which the agent tries them.</param>
internal sealed record ConnectionReports(int Format, ConnectionReport[] Brokers);

/// <summary>What came of trying one broker.</summary>
/// <param name="Url">The broker.</param>
/// <param name="ClientId">The client id of this trial, which is not the agent's.</param>
/// <param name="Username">The user, or null. Never the password.</param>
/// <param name="Ok">Whether every step went well.</param>
/// <param name="Steps">As far as it came.</param>
internal sealed record ConnectionReport(string Url, string ClientId, string? Username, bool Ok, ConnectionStep[] Steps)
{
    /// <summary>What the command ends with because of it; 0 where all went well.</summary>
    [JsonIgnore]
    public int ExitCode { get; init; }
}

/// <summary>One step of it.</summary>
/// <param name="Step">files, name, tcp, tls, mqtt, round trip or publish.</param>
/// <param name="Ok">False where it failed: nothing comes after it.</param>
/// <param name="Ms">How long it took, milliseconds.</param>
/// <param name="Text">What was found; or what failed, and what to do.</param>
/// <param name="Certificates">Of the step tls: the chain, the broker's own first. Null in any other.</param>
internal sealed record ConnectionStep(string Step, bool Ok, double Ms, string Text, CertificateReport[]? Certificates = null);

/// <summary>A certificate of the broker's chain.</summary>
/// <param name="Subject">Whom it names.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="NotBefore">From when it is valid.</param>
/// <param name="NotAfter">Until when.</param>
internal sealed record CertificateReport(string Subject, string Issuer, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    public static CertificateReport Of(X509Certificate2 certificate) =>
        new(certificate.Subject, certificate.Issuer, new DateTimeOffset(certificate.NotBefore.ToUniversalTime()), new DateTimeOffset(certificate.NotAfter.ToUniversalTime()));
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConnectionReports))]
internal sealed partial class ConnectionJson : JsonSerializerContext;
