/// A moment between two looks at what others do, until it is as it should be: the test's time limit is the bound.
///
/// Not `Task.yield()`: a loop of that keeps a core busy, and what it waits for waits for the core.
package func pause() async {
    // Cancelled, it is over at once.
    try? await Task.sleep(for: .milliseconds(2))
}
