#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What must hold for every input. When it doesn't, `words` are printed and the process ends as libFuzzer expects of a
/// failure; `precondition` would end it without a word in an optimised build.
package func claim(_ holds: Bool, _ words: @autoclosure () -> String) {
    if !holds { failClaim(words()) }
}

package func failClaim(_ words: String) -> Never {
    _ = "broken claim: \(words)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
    abort()
}
