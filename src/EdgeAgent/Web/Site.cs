namespace EdgeAgent.Web;

/// <summary>What there is to see, by path. Each page is made at most once a second, however many ask. Thread-safe.</summary>
internal sealed class Site(Access access, TimeProvider time, params (string Path, Func<HttpResponse> Make)[] pages)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Page> _pages =
        pages.ToDictionary(static page => page.Path, page => new Page(page.Make, time), StringComparer.Ordinal);

    public HttpResponse Answer(HttpRequest request)
    {
        if (access.Check(request) is { } refusal)
        {
            return refusal;
        }

        if (request.Method is not ("GET" or "HEAD"))
        {
            return HttpResponse.Text(HttpStatus.MethodNotAllowed, "there is only something to read here", "Allow: GET, HEAD\r\n");
        }

        return _pages.TryGetValue(request.Path, out var page)
            ? page.Get()
            : HttpResponse.Text(HttpStatus.NotFound, $"there are: {string.Join(' ', _pages.Keys.Order(StringComparer.Ordinal))}");
    }

    private sealed class Page(Func<HttpResponse> make, TimeProvider time)
    {
        private readonly Lock _lock = new();
        private HttpResponse? _made;
        private long _madeAt;

        public HttpResponse Get()
        {
            lock (_lock)
            {
                if (_made is null || time.GetElapsedTime(_madeAt) >= Fresh)
                {
                    (_made, _madeAt) = (make(), time.GetTimestamp());
                }

                return _made;
            }
        }
    }
}
