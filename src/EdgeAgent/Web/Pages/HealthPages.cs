using EdgeAgent.Hosting;

namespace EdgeAgent.Web.Pages;

/// <summary>For those who start again what does not answer. Being without a broker is healthy: that is what the queue is for.</summary>
internal static class HealthPages
{
    /// <summary><c>/healthz</c>: the process is alive, and its loops go round.</summary>
    /// <param name="stuck">The loops that do not.</param>
    public static HttpResponse Health(IReadOnlyCollection<string> stuck) => stuck.Count == 0
        ? HttpResponse.Text(HttpStatus.Ok, "ok")
        : HttpResponse.Text(HttpStatus.Unavailable, $"stuck: {string.Join(", ", stuck)}");

    /// <summary><c>/readyz</c>: what is read now can be kept.</summary>
    public static HttpResponse Readiness(AgentStatus status) => status.Queue.Store == "healthy"
        ? HttpResponse.Text(HttpStatus.Ok, "ready")
        : HttpResponse.Text(HttpStatus.Unavailable, $"the queue cannot be written: {status.Queue.StoreError}");
}
