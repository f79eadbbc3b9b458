namespace EdgeAgent.Web;

/// <summary>What the server wants to know of a request.</summary>
/// <param name="Method">As sent.</param>
/// <param name="Path">Without the query.</param>
/// <param name="Host">The Host field; null where a client of HTTP/1.0 sent none.</param>
/// <param name="Authorization">The field; null where there is none.</param>
internal sealed record HttpRequest(string Method, string Path, string? Host, string? Authorization);
