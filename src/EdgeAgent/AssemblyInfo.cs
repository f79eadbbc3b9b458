using System.Runtime.InteropServices;

// libc is loaded from the system's own folders, never from the current one.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
