//! The sizes that Fargate offers
//! (docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html, "Task CPU and memory").

/// The memory that goes with a CPU: from, to and step, in MiB.
struct Size {
    cpu: u32,
    least: u32,
    most: u32,
    step: u32,
}

const SIZES: &[Size] = &[
    Size { cpu: 256, least: 512, most: 2048, step: 512 },
    Size { cpu: 512, least: 1024, most: 4096, step: 1024 },
    Size { cpu: 1024, least: 2048, most: 8192, step: 1024 },
    Size { cpu: 2048, least: 4096, most: 16_384, step: 1024 },
    Size { cpu: 4096, least: 8192, most: 30_720, step: 1024 },
    Size { cpu: 8192, least: 16_384, most: 61_440, step: 4096 },
    Size { cpu: 16_384, least: 32_768, most: 122_880, step: 8192 },
];

/// Returns what is wrong with a task's size on Fargate: the property and a sentence with what is offered. AWS has added to
/// the list before, always at its end: what is larger than all of it, in whole processors, is for ECS to say.
pub(super) fn mistake(cpu: u32, memory: u32) -> Option<(&'static str, String)> {
    let is_newer = SIZES.last().is_some_and(|last| cpu > last.cpu) && cpu.is_multiple_of(1024);
    if is_newer {
        return None;
    }
    let Some(size) = SIZES.iter().find(|size| size.cpu == cpu) else {
        let offered: Vec<_> = SIZES.iter().map(|size| size.cpu.to_string()).collect();
        return Some(("/Cpu", format!("is {cpu}, but Fargate offers {} CPU units", offered.join(", "))));
    };
    if size.offers(memory) {
        return None;
    }
    let offered = if cpu == 256 {
        "512, 1024 or 2048".to_owned()
    } else {
        format!("{} to {} in steps of {}", size.least, size.most, size.step)
    };
    Some(("/Memory", format!("is {memory}, but Fargate offers {offered} MiB with {cpu} CPU units")))
}

impl Size {
    fn offers(&self, memory: u32) -> bool {
        let stepped = (self.least..=self.most).contains(&memory) && (memory - self.least).is_multiple_of(self.step);
        // A quarter of a CPU goes with half, one and two GB; not with one and a half.
        stepped && (self.cpu, memory) != (256, 1536)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_steps_of_each_size_are_offered() {
        for (cpu, memory) in [(256, 512), (256, 2048), (512, 3072), (4096, 30_720), (8192, 20_480), (16_384, 122_880)] {
            assert_eq!(mistake(cpu, memory), None, "{cpu} with {memory}");
        }
        for (cpu, memory) in [(256, 1536), (512, 512), (1024, 2560), (8192, 17_408), (16_384, 36_864)] {
            assert_eq!(mistake(cpu, memory).map(|(path, _)| path), Some("/Memory"), "{cpu} with {memory}");
        }
    }

    #[test]
    fn what_is_larger_than_the_list_is_for_ecs_to_say() {
        assert_eq!(mistake(32_768, 249_856), None);
        assert_eq!(mistake(16_385, 32_768).map(|(path, _)| path), Some("/Cpu"));
    }

    #[test]
    fn a_mistake_says_what_is_offered() {
        let (path, text) = mistake(300, 512).unwrap();
        assert_eq!(path, "/Cpu");
        assert_eq!(text, "is 300, but Fargate offers 256, 512, 1024, 2048, 4096, 8192, 16384 CPU units");
        let (_, text) = mistake(512, 512).unwrap();
        assert_eq!(text, "is 512, but Fargate offers 1024 to 4096 in steps of 1024 MiB with 512 CPU units");
    }
}
