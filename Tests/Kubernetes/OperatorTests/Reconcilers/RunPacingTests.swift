import Testing

@testable import Operator

@Suite struct RunPacingTests {
    @Test func `Nothing is due until something changes`() {
        #expect(RunPacing().due == nil)
    }

    @Test func `One change is due a tenth of a second later`() {
        var pacing = RunPacing()
        pacing.changed(at: .seconds(5))
        #expect(pacing.due == .milliseconds(5100))
    }

    @Test func `Changes that go on are due a second behind the first`() {
        var pacing = RunPacing()
        for step in 0..<30 { pacing.changed(at: .milliseconds(step * 50)) }
        #expect(pacing.due == .seconds(1))
    }

    @Test func `What changes during a run is due behind it`() {
        var pacing = RunPacing()
        pacing.changed(at: .zero)
        pacing.began()
        #expect(pacing.due == nil)
        pacing.changed(at: .seconds(2))
        #expect(pacing.due == .milliseconds(2100))
    }
}
