import FuzzTargets

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What libFuzzer calls for each input. Returns 0; a wrong input is reported by trapping.
private typealias Body = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: Body
) -> CInt

/// The target of this process. Set once, before libFuzzer runs, on the only thread that there is.
nonisolated(unsafe) private var target: (any FuzzTarget.Type)?

/// Runs libFuzzer on a target: its name, then libFuzzer's options and folders of inputs, or files to try once.
@main enum Fuzzer {
    static func main() {
        target = CommandLine.arguments.dropFirst().first.flatMap { FuzzTargets.all[$0] }
        guard target != nil else {
            print("usage: Fuzzer TARGET ...\ntargets: \(FuzzTargets.all.keys.sorted().joined(separator: " "))")
            exit(2)
        }
        var count = CommandLine.argc - 1
        // The program's own name is what libFuzzer calls itself again by: it never does here.
        var arguments = CommandLine.unsafeArgv + 1
        exit(
            runDriver(&count, &arguments) { start, count in
                target?.check(FuzzInput(UnsafeBufferPointer(start: start, count: count)))
                return 0
            }
        )
    }
}
