//! What people read of the closed lists that a flow names.

use takt_domain::flow::{Category, Effect, Guard};
use takt_domain::text::Lang;

pub(super) const CATEGORIES: [(Category, &str, &str); 5] = [
    (Category::Waiting, "未下达", "Not released"),
    (Category::Ready, "待开工", "Ready"),
    (Category::Running, "生产中", "Being made"),
    (Category::Done, "已做完", "Made"),
    (Category::Closed, "已结束", "Over"),
];

pub(super) const GUARDS: [(Guard, &str, &str); 14] = [
    (Guard::ReviewRequested, "已提交审核", "Review is asked for"),
    (Guard::ReviewNotRequested, "尚未提交审核", "Review is not asked for"),
    (Guard::KitComplete, "BOM 齐套", "The kit is complete"),
    (Guard::EquipmentAvailable, "设备可用", "Equipment can work"),
    (Guard::CrewPresent, "人员到位", "The crew is present"),
    (Guard::RoutingReleased, "工艺路线已发布", "The routing is released"),
    (Guard::MouldUsable, "模具可用", "Moulds can work"),
    (Guard::FirstArticlePassed, "首检合格", "A first article has passed"),
    (Guard::FinalInspectionPassed, "终检合格", "The final inspection has passed"),
    (Guard::QualitySigned, "质检已签字", "Quality has signed"),
    (Guard::QualityNotSigned, "质检尚未签字", "Quality has not signed"),
    (Guard::NotPaused, "未暂停", "Not paused"),
    (Guard::Paused, "已暂停", "Paused"),
    (Guard::SomethingReported, "已有报工", "Something is reported"),
];

pub(super) const EFFECTS: [(Effect, &str, &str); 14] = [
    (Effect::RequestReview, "提交审核", "Asks for review"),
    (Effect::EndReview, "结束审核", "Ends the review"),
    (Effect::ReserveKit, "预留物料", "Holds the kit"),
    (Effect::ReleaseKit, "释放物料", "Frees the kit"),
    (Effect::MarkStarted, "记开工时间", "Notes the start"),
    (Effect::MarkPaused, "暂停", "Pauses"),
    (Effect::MarkResumed, "恢复", "Resumes"),
    (Effect::LogException, "登记异常", "Logs an exception"),
    (Effect::RecordFirstArticle, "记首检", "Records a first article"),
    (Effect::RecordFinalInspection, "记终检", "Records a final inspection"),
    (Effect::SignQuality, "质检签字", "Signs as quality"),
    (Effect::BookReport, "报工", "Books a report"),
    (Effect::MarkCompleted, "记完工时间", "Notes the end"),
    (Effect::MarkCancelled, "记取消", "Marks as cancelled"),
];

/// A list in the reader's language.
pub(super) fn options<T: Copy>(list: &[(T, &'static str, &'static str)], lang: Lang) -> Vec<(T, String)> {
    list.iter().map(|(value, zh, en)| (*value, lang.pick(zh, en).to_owned())).collect()
}
