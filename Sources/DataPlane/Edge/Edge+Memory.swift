import NIOCore
import Proxy

extension Edge {
    private static let interval = TimeAmount.seconds(1)

    /// Looks once a second at what the process holds, and tells the loops when that means something else than before.
    /// The look is a read of a small file of the system, on one of them.
    func watchMemory() {
        self.memoryWatch?.cancel()
        self.memoryWatch = nil
        let loops = self.loops
        guard let first = loops.first else { return }
        guard let budget = self.configuration.memoryBytes else {
            Self.tell(.enough, loops)
            return
        }
        let resident = self.configuration.residentBytes
        let before = NIOLoopBoundBox<LoadShedding.Memory?>.makeBoxSendingValue(nil, eventLoop: first.eventLoop)
        self.memoryWatch = first.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { _ in
            guard let bytes = resident() else { return }
            let memory = LoadShedding.Memory(resident: bytes, budget: budget)
            guard memory != before.value else { return }
            before.value = memory
            Self.tell(memory, loops)
        }
    }

    private static func tell(_ memory: LoadShedding.Memory, _ loops: [NIOLoopBound<EdgeLoop>]) {
        for loop in loops { loop.eventLoop.execute { loop.value.proxy.note(memory) } }
    }
}
