import Foundation

/// Runs on a thread with 512 KiB of stack: what the smallest threads that programs are given by default have.
func onSmallStack<Outcome: Sendable>(_ body: @escaping @Sendable () -> Outcome) async -> Outcome {
    await withCheckedContinuation { continuation in
        let thread = Thread { continuation.resume(returning: body()) }
        thread.stackSize = 512 * 1024
        thread.start()
    }
}
