<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_Hans" sourcelanguage="en">
<context>
    <name>qgis_hsi_anomaly</name>
    <message>
        <location filename="core/array_file.py"/>
        <source>{0} is {1}; files hold {2}.</source>
        <translation>{0} 是 {1}；文件中存储的是 {2}。</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>{0} is not a {1} of this software: it is a device or a pipe.</source>
        <translation>{0} 不是本软件的{1}：它是设备或管道。</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>The {0} cannot be read: {1}.</source>
        <translation>{0} 无法读取：{1}。</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>{0} is not a {1} of this software.</source>
        <translation>{0} 不是本软件的{1}。</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>The {0} has format {1} and this version reads format {2} to {3}: {4}.</source>
        <translation>{0} 的格式为 {1}，而此版本读取格式 {2} 至 {3}：{4}。</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>The {0} is cut short: copy it again, or {1}.</source>
        <translation>{0} 不完整：请重新复制，或者{1}。</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>The {0} cannot be used: {1}</source>
        <translation>{0} 无法使用：{1}</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>The {0} is damaged: {1}.</source>
        <translation>{0} 已损坏：{1}。</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>the header is not complete</source>
        <translation>文件头不完整</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>{0} is not complete</source>
        <translation>{0} 不完整</translation>
    </message>
    <message>
        <location filename="core/array_file.py"/>
        <source>{0} is not finite</source>
        <translation>{0} 不是有限值</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>file of sums</source>
        <translation>累加和文件</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>make it again with summarise</source>
        <translation>用 summarise 重新生成</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>The background has {0} pixels, and at least {1} are needed, {2} for each of the {3} bands: sums of fewer give single pixels away, and make a poor background. Use fewer bands, or ALLOW_FEW if that is no concern.</source>
        <translation>背景有 {0} 个像元，而至少需要 {1} 个（{3} 个波段，每个波段 {2} 个）：像元过少时，累加和会泄露单个像元，也得不到好的背景。请减少波段；若无须顾虑，请使用 ALLOW_FEW。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>model file</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>The sums are not those of the bands.</source>
        <translation>累加和与波段不符。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>The numbers of the bands contradict each other.</source>
        <translation>波段编号互相矛盾。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>The wavelengths are not those of the bands.</source>
        <translation>波长与波段不符。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>it was fitted by {0}; only backgrounds of rx can be merged.</source>
        <translation>它由 {0} 拟合；只有 rx 的背景可以合并。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>it holds no sums, as those of earlier versions: fit it again.</source>
        <translation>它与早期版本一样不含累加和：请重新拟合。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>A model that is to be updated was merged over some bands only.</source>
        <translation>要更新的模型只在部分波段上合并过。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>{0} holds the same scene as {1}: it would count twice. Leave one out.</source>
        <translation>{0} 与 {1} 是同一场景：会被重复计算。请去掉其中一个。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>{0} and {1} have {2} bands in common with the other scenes, and at least 2 are needed: merge scenes of one sensor.</source>
        <translation>{0} 和 {1} 与其他场景只有 {2} 个共同波段，至少需要 2 个：请合并同一传感器的场景。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>{0} for {1}</source>
        <translation>{0} for {1}</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source> (and {0} more)</source>
        <translation>（另有 {0} 个）</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>The scenes have {0} bands in common, and {1} has {2}. Run summarise again with BANDS {3}.</source>
        <translation>各场景有 {0} 个共同波段，而 {1} 有 {2} 个。请用 BANDS {3} 重新运行 summarise。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>{0} REGULARIZATION ledoitwolf needs sums over the common bands alone; ridge and none do without.</source>
        <translation>{0} REGULARIZATION ledoitwolf 只能使用仅含共同波段的累加和；ridge 和 none 没有这个要求。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>{0} has {1} bands and {2}, and not both know their wavelengths: run summarise again with BANDS, the same for both.</source>
        <translation>{0} 有 {1} 个波段，{2} 个，且并非两者都有波长信息：请对两者用相同的 BANDS 重新运行 summarise。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>{0} does not fit the other scenes: the squared distance of its mean spectrum from their background is {1} times the number of bands. Its calibration, unit or surface is another one: check it, or leave it out.</source>
        <translation>{0} 与其他场景不符：其平均光谱到其他场景背景的平方距离是波段数的 {1} 倍。它的定标、单位或地表类型不同：请检查，或将其去掉。</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>The values of {0} are {1} times as large as those of most scenes: is it in the same unit, with the same scale factor?</source>
        <translation>{0} 的数值是多数场景的 {1} 倍：单位和比例因子是否相同？</translation>
    </message>
    <message>
        <location filename="core/background_sums.py"/>
        <source>The scenes have different units: {0}.</source>
        <translation>各场景的单位不同：{0}。</translation>
    </message>
    <message>
        <location filename="core/bands.py"/>
        <source>BANDS must be a list such as 1,2,5-40; got {0}: {1}.</source>
        <translation>BANDS 必须是形如 1,2,5-40 的列表；给出的是 {0}：{1}。</translation>
    </message>
    <message>
        <location filename="core/bands.py"/>
        <source>The raster does not have the model's bands: the model needs {0} nm, the raster has {1} nm.</source>
        <translation>栅格没有模型所需的波段：模型需要 {0} nm，栅格有 {1} nm。</translation>
    </message>
    <message>
        <location filename="core/bands.py"/>
        <source>The raster does not have the model's bands: the model was fitted on {0} bands (numbers {1} of {2}), the raster has {3} usable ones (numbers {4} of {5}).</source>
        <translation>栅格没有模型所需的波段：模型用 {0} 个波段（编号 {1}，共 {2} 个）拟合，栅格有 {3} 个可用波段（编号 {4}，共 {5} 个）。</translation>
    </message>
    <message>
        <location filename="core/bands.py"/>
        <source>{0} bands at {1}</source>
        <translation>{1} 处的 {0} 个波段</translation>
    </message>
    <message>
        <location filename="core/change.py"/>
        <source>The date before has {0} rows and {1} columns, the date after {2} and {3}: both must cover the same pixels.</source>
        <translation>前一日期有 {0} 行 {1} 列，后一日期有 {2} 行 {3} 列：两者必须覆盖相同的像元。</translation>
    </message>
    <message>
        <location filename="core/change.py"/>
        <source>At least 2 pixels must be valid at both dates; {0} are: check that both rasters cover the same place.</source>
        <translation>至少要有 2 个像元在两个日期都有效；现在有 {0} 个：请检查两个栅格是否覆盖同一地点。</translation>
    </message>
    <message>
        <location filename="core/change.py"/>
        <source>The background has {0} pixels for {1} bands of both dates: with fewer than {2} a band, what goes together by chance is learned too; give fewer bands or a larger scene.</source>
        <translation>背景有 {0} 个像元，两个日期共 {1} 个波段：每个波段少于 {2} 个像元时，偶然的相关也会被学进去；请减少波段或使用更大的场景。</translation>
    </message>
    <message>
        <location filename="core/change.py"/>
        <source>The dates agree exactly along {0} of {1} directions: is one a copy of the other?</source>
        <translation>两个日期在 {1} 个方向中有 {0} 个完全一致：其中一个是另一个的副本吗？</translation>
    </message>
    <message>
        <location filename="core/cube.py"/>
        <source>A cube must be (rows, columns, bands), none of them 0; got shape {0}.</source>
        <translation>数据立方体必须是（行，列，波段），且都不为 0；给出的形状是 {0}。</translation>
    </message>
    <message>
        <location filename="core/cube.py"/>
        <source>there are {0} wavelengths or band numbers</source>
        <translation>有 {0} 个波长或波段编号</translation>
    </message>
    <message>
        <location filename="core/cube.py"/>
        <source>no sensor has so many bands</source>
        <translation>没有传感器有这么多波段</translation>
    </message>
    <message>
        <location filename="core/cube.py"/>
        <source>A cube must be (rows, columns, bands), bands last; got shape {0}, and {1}: np.moveaxis(array, 0, -1) brings bands from the first place to the last.</source>
        <translation>数据立方体必须是（行，列，波段），波段在最后；给出的形状是 {0}，而{1}：np.moveaxis(array, 0, -1) 可把波段从第一位移到最后一位。</translation>
    </message>
    <message>
        <location filename="core/cube.py"/>
        <source>At least 2 valid pixels are needed; found {0}.</source>
        <translation>至少需要 2 个有效像元；找到 {0} 个。</translation>
    </message>
    <message>
        <location filename="core/cube.py"/>
        <source>The background mask is {0} rows and columns, the image {1}.</source>
        <translation>背景掩膜的行列数为 {0}，影像为 {1}。</translation>
    </message>
    <message>
        <location filename="core/cube.py"/>
        <source>The background mask must hold at least 2 valid pixels; it holds {0}.</source>
        <translation>背景掩膜必须至少含 2 个有效像元；现含 {0} 个。</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source>{0}: nothing is chosen: give OBJECTS (polygons or points) or PIXELS (ROW,COLUMN).</source>
        <translation>{0}：没有选择任何对象：请给出 OBJECTS（多边形或点）或 PIXELS（行,列）。</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source>PIXELS must be ROW,COLUMN, several divided by blanks; got {0}.</source>
        <translation>PIXELS 必须是“行,列”，多个之间用空格分隔；给出的是 {0}。</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source>PIXELS: {0} lies outside the image, whose rows count from 0 to {1} and columns from 0 to {2}.</source>
        <translation>PIXELS：{0} 位于影像之外；影像的行号为 0 至 {1}，列号为 0 至 {2}。</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source>Pixel {0},{1}</source>
        <translation>像元 {0},{1}</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source>None of the chosen objects holds a pixel that is valid in every band used.</source>
        <translation>所选对象中没有一个像元在所用的全部波段上有效。</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source> and {0} more</source>
        <translation> 等（另有 {0} 个）</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source>Left out, because they hold no valid pixel: {0}.</source>
        <translation>因不含有效像元而略去：{0}。</translation>
    </message>
    <message>
        <location filename="core/decisions/chosen.py"/>
        <source>The chosen objects leave fewer than 2 background pixels: choose fewer or smaller ones.</source>
        <translation>除去所选对象后，背景像元不足 2 个：请选择更少或更小的对象。</translation>
    </message>
    <message>
        <location filename="core/decisions/comparison.py"/>
        <source>At least 2 pixels must have a score in every map; {0} have.</source>
        <translation>至少要有 2 个像元在每幅图中都有得分；现有 {0} 个。</translation>
    </message>
    <message>
        <location filename="core/decisions/components.py"/>
        <source>The pixels above {0} form more than {1} pieces, too many for a list of objects: lower RATE or BUDGET.</source>
        <translation>高于 {0} 的像元形成了超过 {1} 个碎块，作为对象列表太多：请降低 RATE 或 BUDGET。</translation>
    </message>
    <message>
        <location filename="core/decisions/objects.py"/>
        <source>Object {0}</source>
        <translation>对象 {0}</translation>
    </message>
    <message>
        <location filename="core/decisions/objects.py"/>
        <source>{0} objects lie above the threshold, too many: lower RATE or BUDGET.</source>
        <translation>有 {0} 个对象高于阈值，太多：请降低 RATE 或 BUDGET。</translation>
    </message>
    <message>
        <location filename="core/decisions/recovery.py"/>
        <source>The background has no place for a target of {0} x {1} pixels: leave that size out, or enlarge the background.</source>
        <translation>背景中放不下 {0} x {1} 像元的目标：请去掉该尺寸，或扩大背景。</translation>
    </message>
    <message>
        <location filename="core/decisions/recovery.py"/>
        <source>The detector gave no pixel of the background a score.</source>
        <translation>检测器没有给任何背景像元打分。</translation>
    </message>
    <message>
        <location filename="core/decisions/similarity.py"/>
        <source>A chosen object has the mean spectrum of the background: nothing tells it from the rest.</source>
        <translation>某个所选对象的平均光谱与背景相同：无法与其余部分区分。</translation>
    </message>
    <message>
        <location filename="core/decisions/tail.py"/>
        <source>The tail holds {0} scores above its start, a fit needs {1} that differ: use METHOD quantile or budget.</source>
        <translation>尾部起点以上有 {0} 个得分，拟合需要 {1} 个互不相同的得分：请使用 METHOD quantile 或 budget。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>tail: a generalized Pareto distribution is fitted to the largest scores, with those that do not fit left out as targets; the threshold is where it says that RATE of the background lies above. quantile: RATE of the pixels lie above. budget: as many pixels or objects lie above as you can look at (BUDGET, UNIT). conformal: RATE of a background region that you give (BACKGROUND) lies above; the surest where the region is spread over the whole scene.</source>
        <translation>tail：对最大的一批得分拟合广义帕累托分布，其中不符合分布的视为目标并排除；阈值取在分布表明背景中有 RATE 比例高于它的位置。quantile：有 RATE 比例的像元高于阈值。budget：高于阈值的像元或对象的数量等于您能逐一查看的数量（BUDGET、UNIT）。conformal：您给出的背景区域（BACKGROUND）中有 RATE 比例高于阈值；若该区域遍布整个场景，此法最可靠。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>False-alarm rate</source>
        <translation>虚警率</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>The share of background pixels that may be flagged: 0.001 is one pixel in a thousand. Not used by budget.</source>
        <translation>允许被标记的背景像元比例：0.001 即千分之一。budget 方法不使用。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>Alarm budget</source>
        <translation>告警预算</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>How many alarms there may be, in units of UNIT. For budget only.</source>
        <translation>允许有多少个告警，单位见 UNIT。仅用于 budget。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>Unit of the budget</source>
        <translation>预算单位</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>pixels, objects (groups of pixels that touch), or objects_per_km2 (needs a coordinate reference system). For budget only.</source>
        <translation>pixels（像元）、objects（对象，即相连的像元组）或 objects_per_km2（每平方千米对象数，需要坐标参照系）。仅用于 budget。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>Background region</source>
        <translation>背景区域</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>Where there is background and nothing else: polygons, a raster of the scores' size in which it is not 0, or an objects layer with ticked objects, which are left out. Needed by conformal; tail and quantile then take the scores in it alone. A region in one corner does not stand for the scene: choose several places.</source>
        <translation>只有背景而没有其他地物的地方：多边形、与得分同样大小且在该处不为 0 的栅格，或带有已勾选对象的对象图层（勾选的对象会被排除）。conformal 必须给出；tail 和 quantile 则只使用其中的得分。只取一角不能代表整个场景：请选择多处。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>METHOD conformal needs BACKGROUND: give polygons or a mask of places without targets.</source>
        <translation>METHOD conformal 需要 BACKGROUND：请给出没有目标的多边形或掩膜。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>The score layer holds no pixel with a score.</source>
        <translation>得分图层中没有任何有得分的像元。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>BACKGROUND covers no pixel with a score.</source>
        <translation>BACKGROUND 没有覆盖任何有得分的像元。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>The tail of the scores cannot be fitted at this RATE: the quantile is used instead.</source>
        <translation>在此 RATE 下无法拟合得分的尾部：改用分位数。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>BACKGROUND covers {0} pixels: a RATE of {1} needs at least {2}. Enlarge the region or raise RATE.</source>
        <translation>BACKGROUND 覆盖 {0} 个像元：RATE 为 {1} 时至少需要 {2} 个。请扩大区域或提高 RATE。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>BUDGET allows less than one of the {0}: raise it.</source>
        <translation>BUDGET 允许的数量不足一个（{0}）：请提高。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>BUDGET allows {0} pixels and the layer has {1}: all would be flagged. Lower it.</source>
        <translation>BUDGET 允许 {0} 个像元，而图层有 {1} 个：会全部被标记。请降低。</translation>
    </message>
    <message>
        <location filename="core/decisions/threshold.py"/>
        <source>UNIT objects_per_km2 needs a score layer with a coordinate reference system: use objects.</source>
        <translation>UNIT objects_per_km2 需要带坐标参照系的得分图层：请使用 objects。</translation>
    </message>
    <message>
        <location filename="core/deep/models/base.py"/>
        <source>its weights do not fit the network; another version may have made it: fit it again.</source>
        <translation>其权重与网络不符；可能由其他版本生成：请重新拟合。</translation>
    </message>
    <message>
        <location filename="core/deep/processes.py"/>
        <source>MACHINES above 1 needs torch 2.1 or newer on machine 0.</source>
        <translation>MACHINES 大于 1 时，0 号机器上需要 torch 2.1 或更新版本。</translation>
    </message>
    <message>
        <location filename="core/deep/processes.py"/>
        <source>MACHINES above 1 with GPUs needs the name of the network interface between them in NCCL_SOCKET_IFNAME: without it every interface would be listened on.</source>
        <translation>使用 GPU 且 MACHINES 大于 1 时，需要在 NCCL_SOCKET_IFNAME 中给出机器之间网络接口的名称：否则会监听所有接口。</translation>
    </message>
    <message>
        <location filename="core/deep/processes.py"/>
        <source>DEVICE must be one of auto, cpu, cuda; got {0}.</source>
        <translation>DEVICE 必须是 auto、cpu、cuda 之一；给出的是 {0}。</translation>
    </message>
    <message>
        <location filename="core/deep/processes.py"/>
        <source>DEVICE is cuda, but torch finds no GPU on this machine: use auto or cpu.</source>
        <translation>DEVICE 为 cuda，但 torch 在此机器上找不到 GPU：请使用 auto 或 cpu。</translation>
    </message>
    <message>
        <location filename="core/deep/processes.py"/>
        <source>DEVICE is cuda and PROCESSES {0}, but torch finds {1} GPU(s) here: use at most {2}.</source>
        <translation>DEVICE 为 cuda 且 PROCESSES 为 {0}，但 torch 在此只找到 {1} 个 GPU：最多使用 {2}。</translation>
    </message>
    <message>
        <location filename="core/deep/scene.py"/>
        <source>All background pixels have the same value in every band: there is nothing to learn.</source>
        <translation>所有背景像元在每个波段上的值都相同：没有可学习的内容。</translation>
    </message>
    <message>
        <location filename="core/deep/scene.py"/>
        <source>The values of the image range from {0} to {1}, which cannot be computed with: rescale it.</source>
        <translation>影像的数值范围为 {0} 至 {1}，无法计算：请重新缩放。</translation>
    </message>
    <message>
        <location filename="core/deep/training/checkpoint.py"/>
        <source>There is no checkpoint {0}: the training starts anew.</source>
        <translation>没有检查点 {0}：训练从头开始。</translation>
    </message>
    <message>
        <location filename="core/deep/training/checkpoint.py"/>
        <source>Arrays are missing, or not what was written.</source>
        <translation>数组缺失，或与写入时不同。</translation>
    </message>
    <message>
        <location filename="core/deep/training/checkpoint.py"/>
        <source>RESUME: {0} is no checkpoint, or a damaged one: remove it, or give another output.</source>
        <translation>RESUME：{0} 不是检查点，或已损坏：请删除它，或给出另一个输出。</translation>
    </message>
    <message>
        <location filename="core/deep/training/checkpoint.py"/>
        <source>RESUME: the checkpoint {0} is of another raster, detector or parameters: remove it, or give another output.</source>
        <translation>RESUME：检查点 {0} 属于另一个栅格、检测器或参数：请删除它，或给出另一个输出。</translation>
    </message>
    <message>
        <location filename="core/deep/training/checkpoint.py"/>
        <source>Resuming from {0}: training {1}, {2} steps done.</source>
        <translation>从 {0} 继续：训练 {1}，已完成 {2} 步。</translation>
    </message>
    <message>
        <location filename="core/deep/training/checkpoint.py"/>
        <source>The checkpoint {0} cannot be written ({1}): the training goes on.</source>
        <translation>检查点 {0} 无法写入（{1}）：训练继续进行。</translation>
    </message>
    <message>
        <location filename="core/deep/training/loop.py"/>
        <source>Training step {0} of {1}: {2}.</source>
        <translation>训练步 {0}/{1}：{2}。</translation>
    </message>
    <message>
        <location filename="core/deep/training/loop.py"/>
        <source>{0} of {1} training steps had no finite gradient and were left out.</source>
        <translation>{1} 个训练步中有 {0} 个没有有限梯度，已略去。</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>Largest target area</source>
        <translation>最大目标面积</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>How many pixels of this image the largest target covers: {0}. A target of 7 x 7 m covers 4 pixels of 3.5 m. Leave it where the size is not known; rather too large than too small. 0 = {1}.</source>
        <translation>最大的目标在此影像中覆盖多少个像元：{0}。7 x 7 m 的目标在 3.5 m 像元下覆盖 4 个像元。大小未知时请保持默认；宁大勿小。0 = {1}。</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>Attribute and edge-preserving filters (AED)</source>
        <translation>属性与边缘保持滤波（AED）</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>Finds what is small: parts of the image, brighter or darker than what surrounds them in some principal component, that are not larger than the largest target. Needs no statistics of spectra and ignores rare but large materials. Fails where targets are larger than MAX_TARGET_AREA, or where small objects are common.</source>
        <translation>寻找小目标：在某个主成分中比周围更亮或更暗、且不大于最大目标的部分。不需要光谱统计，会忽略稀少但面积大的材料。目标大于 MAX_TARGET_AREA 或小地物很常见时会失效。</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>what is larger belongs to the background</source>
        <translation>更大的部分属于背景</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>Principal components</source>
        <translation>主成分</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>Number of principal components that are filtered; 0 = all.</source>
        <translation>参与滤波的主成分个数；0 = 全部。</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>Smoothing</source>
        <translation>平滑</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>Distance within which the scores are smoothed, less across edges of the first component; 0 = not at all.</source>
        <translation>在此距离内平滑得分，跨越第一主成分的边缘时减弱；0 = 不平滑。</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>aed: area filters of {0} and {1} pixels, lines of {2}.</source>
        <translation>aed：面积滤波为 {0} 和 {1} 个像元，线长为 {2}。</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>aed: the image has {0} valid pixels and the largest target {1}: give a smaller MAX_TARGET_AREA or a larger image.</source>
        <translation>aed：影像有 {0} 个有效像元，而最大目标为 {1}：请给出更小的 MAX_TARGET_AREA 或更大的影像。</translation>
    </message>
    <message>
        <location filename="core/detectors/aed.py"/>
        <source>{0}: with a largest target of {1} pixel, windows and area filters take targets of 2 pixels or more for background. MAX_TARGET_AREA counts pixels, not square meters; the default is {2}.</source>
        <translation>{0}：最大目标为 {1} 个像元时，窗口和面积滤波会把 2 个像元及以上的目标当作背景。MAX_TARGET_AREA 以像元计，不是平方米；默认值为 {2}。</translation>
    </message>
    <message>
        <location filename="core/detectors/aegmm.py"/>
        <source>AE + GMM (autoencoder, then mixture)</source>
        <translation>AE + GMM（先自编码器，后混合模型）</translation>
    </message>
    <message>
        <location filename="core/detectors/aegmm.py"/>
        <source>An autoencoder of the spectra is trained by its reconstruction error alone; a Gaussian mixture is then fitted to the codes by expectation maximization. The two-stage ablation of E2E-SSCADE. Needs torch and scikit-learn; compare with the untrained control that every run reports.</source>
        <translation>只用重建误差训练光谱自编码器；随后用期望最大化对编码拟合高斯混合模型。这是 E2E-SSCADE 的两阶段消融版本。需要 torch 和 scikit-learn；请与每次运行报告的未训练对照比较。</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>Combination</source>
        <translation>组合方法</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>Statistical</source>
        <translation>统计方法</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>Representation and shape</source>
        <translation>表示与形状</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>Learned</source>
        <translation>学习方法</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>Pre-processing</source>
        <translation>预处理</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>{0}: SPREAD needs a detector of several members.</source>
        <translation>{0}：SPREAD 需要有多个成员的检测器。</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>{0} learns nothing that can be saved.</source>
        <translation>{0} 没有可保存的学习结果。</translation>
    </message>
    <message>
        <location filename="core/detectors/base.py"/>
        <source>{0} learns no background that could be saved.</source>
        <translation>{0} 没有可保存的背景。</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Cluster-based (CBAD)</source>
        <translation>基于聚类（CBAD）</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Divides the scene into clusters of similar spectra and measures every pixel's Mahalanobis distance from its own cluster. For scenes of a few clearly different materials, such as water and land. Anomalies that are numerous enough to form a cluster of their own (10 pixels per band, or a component) are lost: prefer few clusters and all bands, and more clusters for large scenes only.</source>
        <translation>把场景分成光谱相似的类，计算每个像元到所属类的马氏距离。适用于由少数几种明显不同的地物（如水体和陆地）组成的场景。数量多到足以自成一类的异常（每个波段或成分 10 个像元）会丢失：宜用较少的类和全部波段，只有大场景才用较多的类。</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Clusters</source>
        <translation>类别数</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Number of clusters to begin with; those of fewer than 10 pixels per band (or component) are merged into their nearest neighbor. 1 is RX.</source>
        <translation>初始的类别数；每个波段（或成分）不足 10 个像元的类会并入最近的类。1 即为 RX。</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Number of principal components to work in; 0 uses all bands. Few components allow smaller clusters, and so let more anomalies hide in clusters of their own.</source>
        <translation>使用的主成分个数；0 使用全部波段。成分少则允许更小的类，因此会有更多异常藏在自己的类中。</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Regularization</source>
        <translation>正则化</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>How every cluster's covariance is kept invertible: ridge adds 1e-4 of the mean variance, ledoitwolf shrinks it by the amount the data call for, none uses the pseudo-inverse where it is singular.</source>
        <translation>如何保证每一类的协方差可逆：ridge 加上平均方差的 1e-4，ledoitwolf 按数据所需的程度收缩，none 在奇异时使用伪逆。</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Start of the random numbers k-means begins with.</source>
        <translation>k 均值聚类所用随机数的起点。</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>{0} clusters found, {1} left after merging small ones.</source>
        <translation>找到 {0} 个类，合并小类后剩 {1} 个。</translation>
    </message>
    <message>
        <location filename="core/detectors/cbad.py"/>
        <source>Centers are merged into clusters that are not there.</source>
        <translation>有中心被并入不存在的类。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>Consensus of detectors</source>
        <translation>多检测器共识</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>Consensus</source>
        <translation>共识</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>Runs several detectors that look at different things (the whole scene, the most similar spectra, the surroundings, the shape) and combines their rankings. To run first: it needs no tuning and is better than any single member on average. Targets may have any size up to 400 pixels. Scores are standard deviations: 2.3 means among the highest 1 % for all members alike. The spread says where the members disagree.</source>
        <translation>运行多个着眼点不同的检测器（整个场景、最相似的光谱、周围环境、形状），并综合它们的排名。建议首先运行：无需调参，平均而言优于任何单个成员。目标大小可达 400 个像元。得分以标准差为单位：2.3 表示所有成员都把它排在最高的 1 % 之内。离散度显示成员在何处不一致。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>Detectors</source>
        <translation>检测器</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>The detectors that take part. All count alike, but aed twice and localrx half.</source>
        <translation>参与的检测器。各检测器权重相同，但 aed 计两次，localrx 计一半。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>windows, area filters and lengths of lines follow from it, and the log names them; smaller ones are found too</source>
        <translation>窗口、面积滤波和线长由此得出，日志会列出它们；更小的目标也能找到</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>1 pixel</source>
        <translation>1 个像元</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>{0} pixels</source>
        <translation>{0} 个像元</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>Largest target of {0}: {1}.</source>
        <translation>最大目标为 {0}：{1}。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>{0} learns.</source>
        <translation>{0} 正在学习。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>windows {0}</source>
        <translation>窗口 {0}</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>areas up to {0}</source>
        <translation>面积至 {0}</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>lines {0}</source>
        <translation>线长 {0}</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>{0} scores.</source>
        <translation>{0} 正在打分。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>{0} learns and scores.</source>
        <translation>{0} 正在学习并打分。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>{0}: the image of {1} x {2} pixels lies within the guard window of {3} pixels: give a smaller MAX_TARGET_AREA or a larger image.</source>
        <translation>{0}：{1} x {2} 像元的影像落在 {3} 像元的保护窗口之内：请给出更小的 MAX_TARGET_AREA 或更大的影像。</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>consensus: {0} is left out. {1}</source>
        <translation>consensus：略去 {0}。{1}</translation>
    </message>
    <message>
        <location filename="core/detectors/consensus.py"/>
        <source>consensus: no member could run. {0}</source>
        <translation>consensus：没有成员能够运行。{0}</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Collaborative representation (CRD)</source>
        <translation>协同表示（CRD）</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Reconstructs each pixel from the ring of pixels around it, preferring similar spectra, and scores the residual. Needs no statistics, so it copes with small and mixed backgrounds. The inner window must be larger than the largest target.</source>
        <translation>用周围环形区域的像元重建每个像元，优先使用相似的光谱，以残差作为得分。不需要统计量，因此能应对小而混杂的背景。内窗口必须大于最大的目标。</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Inner window (guard)</source>
        <translation>内窗口（保护窗口）</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Width of the window around a pixel that is kept out of its background; odd, and wider than the largest target.</source>
        <translation>像元周围不计入背景的窗口宽度；奇数，且宽于最大的目标。</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Outer window</source>
        <translation>外窗口</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Width of the window whose pixels, without the inner window's, represent the pixel; odd.</source>
        <translation>窗口宽度，除内窗口外的像元用来表示中心像元；奇数。</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Number of components (uncentered singular value decomposition of the scene) that are represented; 0 = all bands, as published, which takes longer.</source>
        <translation>被表示的成分个数（场景的非中心化奇异值分解）；0 = 全部波段，与论文相同，耗时更长。</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Lambda</source>
        <translation>惩罚权重 λ</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Weight of the penalty on using pixels that differ from the one represented. It has no unit. The ring must hold more pixels than there are components, and the penalty must count: 1 to 1000 is sensible, and large targets (of more pixels than the inner window holds) want the larger values.</source>
        <translation>对使用与被表示像元不同的像元的惩罚权重，无单位。环内像元数必须多于成分数，且惩罚必须起作用：1 至 1000 较合理，大目标（像元数多于内窗口所能容纳）宜取较大的值。</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Weights sum to one</source>
        <translation>权重之和为一</translation>
    </message>
    <message>
        <location filename="core/detectors/crd.py"/>
        <source>Ask the weights of the ring's pixels to sum to about one, which makes the brightness of a pixel count.</source>
        <translation>要求环内像元的权重之和约为一，这样像元的亮度也会起作用。</translation>
    </message>
    <message>
        <location filename="core/detectors/dagmm.py"/>
        <source>DAGMM (autoencoder and estimation network)</source>
        <translation>DAGMM（自编码器与估计网络）</translation>
    </message>
    <message>
        <location filename="core/detectors/dagmm.py"/>
        <source>An autoencoder of the spectra and an estimation network, trained together; the score is the energy of a Gaussian mixture of codes and reconstruction features. The ablation of E2E-SSCADE without spatial context. Needs torch; compare with the untrained control that every run reports.</source>
        <translation>光谱自编码器与估计网络一起训练；得分为编码与重建特征的高斯混合模型的能量。这是 E2E-SSCADE 去掉空间上下文的消融版本。需要 torch；请与每次运行报告的未训练对照比较。</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>Kernel RX</source>
        <translation>核 RX</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>RX in the feature space of a Gaussian kernel: the background may be of any shape, such as several materials and their mixtures. Learns from a few hundred typical pixels, so rare materials that are not targets may score high.</source>
        <translation>高斯核特征空间中的 RX：背景可以是任意形状，例如多种材料及其混合。从几百个典型像元中学习，因此稀有但并非目标的材料也可能得分高。</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>Reference pixels</source>
        <translation>参考像元</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>Number of typical background pixels (centers of k-means) the background is described by.</source>
        <translation>用来描述背景的典型背景像元（k 均值的中心）个数。</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>Number of principal components of the scene in which distances are measured.</source>
        <translation>在多少个场景主成分中计算距离。</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>Ridge</source>
        <translation>岭参数</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>Fraction of the total variance in feature space that is added to every direction's; larger is smoother.</source>
        <translation>加到特征空间每个方向方差上的总方差比例；越大越平滑。</translation>
    </message>
    <message>
        <location filename="core/detectors/kernelrx.py"/>
        <source>There is no reference pixel, or no width of the kernel.</source>
        <translation>没有参考像元，或没有核宽度。</translation>
    </message>
    <message>
        <location filename="core/detectors/knn.py"/>
        <source>Nearest neighbors (kNN)</source>
        <translation>最近邻（kNN）</translation>
    </message>
    <message>
        <location filename="core/detectors/knn.py"/>
        <source>Mean distance of every pixel to the most similar pixels of the scene. Assumes no distribution, so it copes with scenes of many materials. Targets of more pixels than NEIGHBORS are each other's neighbors and fade.</source>
        <translation>每个像元到场景中最相似像元的平均距离。不假设任何分布，因此能应对多种材料的场景。像元数多于 NEIGHBORS 的目标会互为近邻而减弱。</translation>
    </message>
    <message>
        <location filename="core/detectors/knn.py"/>
        <source>Neighbors</source>
        <translation>近邻数</translation>
    </message>
    <message>
        <location filename="core/detectors/knn.py"/>
        <source>Number of nearest reference pixels whose distances are averaged. Choose more neighbors than the largest target has pixels.</source>
        <translation>对多少个最近的参考像元取平均距离。应多于最大目标的像元数。</translation>
    </message>
    <message>
        <location filename="core/detectors/knn.py"/>
        <source>Number of background pixels drawn as reference; all where there are fewer. Time grows with it.</source>
        <translation>抽取作为参考的背景像元个数；不足时取全部。耗时随之增加。</translation>
    </message>
    <message>
        <location filename="core/detectors/knn.py"/>
        <source>There is no second reference pixel.</source>
        <translation>没有第二个参考像元。</translation>
    </message>
    <message>
        <location filename="core/detectors/knn.py"/>
        <source>The background has {0} pixels: NEIGHBORS {1} was used.</source>
        <translation>背景有 {0} 个像元：使用了 NEIGHBORS {1}。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Training steps, each over the whole image; 0 is the untrained control.</source>
        <translation>训练步数，每步遍历整幅影像；0 为未训练对照。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>{0} More of them let the network learn the anomalies too.</source>
        <translation>{0}步数越多，网络也会学到异常。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Epochs</source>
        <translation>训练轮数</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Adam</source>
        <translation>Adam</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Step size of {0}.</source>
        <translation>{0} 的步长。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Latent size</source>
        <translation>潜在维数</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Numbers that the autoencoder compresses a pixel to.</source>
        <translation>自编码器把一个像元压缩成多少个数。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Mixture components</source>
        <translation>混合成分数</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Gaussians that the background's codes are modeled by.</source>
        <translation>用多少个高斯分布对背景编码建模。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Members</source>
        <translation>成员数</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Trainings with successive seeds whose standardized scores are averaged; SPREAD writes how much they disagree.</source>
        <translation>用连续的种子进行多少次训练，并对标准化得分取平均；SPREAD 写出它们的不一致程度。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>{0}: SPREAD is how much several members disagree: give MEMBERS 2 or more, or no SPREAD.</source>
        <translation>{0}：SPREAD 表示多个成员之间的不一致程度：请将 MEMBERS 设为 2 或更大，或不写 SPREAD。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>The range of values is none.</source>
        <translation>数值范围为零。</translation>
    </message>
    <message>
        <location filename="core/detectors/learned.py"/>
        <source>Rank correlation of the scores with the same network untrained: {0}; with Ledoit-Wolf RX: {1}. Near 1, the training has changed little.</source>
        <translation>得分与同一网络未训练时的秩相关：{0}；与 Ledoit-Wolf RX 的秩相关：{1}。接近 1 说明训练几乎没有改变什么。</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>E2E-LIADE (local invariant autoencoding density)</source>
        <translation>E2E-LIADE（局部不变自编码密度）</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>An autoencoder of the spectra whose codes are drawn to those of neighboring pixels, an estimation network and a Gaussian mixture, trained together. The predecessor of E2E-SSCADE, rebuilt from what is said of it there. With its defaults the training hardly moves the weights, and the published one makes detection worse: compare with the untrained control that every run reports. Needs torch.</source>
        <translation>光谱自编码器（使相邻像元的编码相互靠近）、估计网络与高斯混合模型一起训练。它是 E2E-SSCADE 的前身，根据后者论文中的描述重建。默认参数下训练几乎不改变权重，而论文中的训练会使检测变差：请与每次运行报告的未训练对照比较。需要 torch。</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>Variant</source>
        <translation>变体</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>adapted takes every step over the whole image. published takes fifty steps an epoch, each over five successive pixels, a thousand in all with the default number of epochs.</source>
        <translation>adapted 每一步遍历整幅影像。published 每轮五十步，每步五个相继的像元，按默认轮数共一千步。</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>Training steps, each over the whole image (in the published variant fifty steps over five pixels each); 0 is the untrained control.</source>
        <translation>训练步数，每步遍历整幅影像（published 变体中为每轮五十步、每步五个像元）；0 为未训练对照。</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>stochastic gradient descent</source>
        <translation>随机梯度下降</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>Locality</source>
        <translation>局部性</translation>
    </message>
    <message>
        <location filename="core/detectors/liade.py"/>
        <source>Weight of the term that keeps neighbors together.</source>
        <translation>使相邻像元靠拢的项的权重。</translation>
    </message>
    <message>
        <location filename="core/detectors/localrx.py"/>
        <source>RX (local, dual window)</source>
        <translation>RX（局部，双窗口）</translation>
    </message>
    <message>
        <location filename="core/detectors/localrx.py"/>
        <source>Local RX</source>
        <translation>局部 RX</translation>
    </message>
    <message>
        <location filename="core/detectors/localrx.py"/>
        <source>Squared Mahalanobis distance of every pixel from the ring of pixels around it. Finds small targets in scenes whose background changes from place to place. The inner window must be larger than the largest target: a target that reaches into the ring becomes background.</source>
        <translation>每个像元到其周围环形区域的马氏距离平方。适合在背景随处变化的场景中寻找小目标。内窗口必须大于最大的目标：伸入环内的目标会成为背景。</translation>
    </message>
    <message>
        <location filename="core/detectors/localrx.py"/>
        <source>Width of the window whose pixels, without the inner window's, are the local background; odd.</source>
        <translation>窗口宽度，除内窗口外的像元为局部背景；奇数。</translation>
    </message>
    <message>
        <location filename="core/detectors/localrx.py"/>
        <source>Number of principal components of the scene that are compared. The ring should hold at least ten times as many pixels.</source>
        <translation>参与比较的场景主成分个数。环内像元数应至少是它的十倍。</translation>
    </message>
    <message>
        <location filename="core/detectors/localrx.py"/>
        <source>How a ring's covariance is kept invertible. none is the published detector; ridge adds 1e-4 of the mean variance of the components to each; ledoitwolf shrinks each ring's covariance by the amount its pixels call for.</source>
        <translation>如何保证环的协方差可逆。none 为论文中的检测器；ridge 给每个成分加上平均方差的 1e-4；ledoitwolf 按各环像元所需的程度收缩其协方差。</translation>
    </message>
    <message>
        <location filename="core/detectors/lrasmd.py"/>
        <source>Low-rank and sparse decomposition (LRaSMD)</source>
        <translation>低秩稀疏分解（LRaSMD）</translation>
    </message>
    <message>
        <location filename="core/detectors/lrasmd.py"/>
        <source>Divides the scene into a low-rank background, sparse deviations and noise, and scores the size of a pixel's deviations. Sees anomalies in a few bands that statistics over all bands dilute. Very sensitive to the rank and to the fraction of sparse values: 0 takes a rank from the data, and results for neighboring values are worth a look.</source>
        <translation>把场景分解为低秩背景、稀疏偏差和噪声，以像元偏差的大小作为得分。能发现只在少数波段中出现、会被全波段统计量稀释的异常。对秩和稀疏值比例非常敏感：0 表示从数据中确定秩，建议也看看相近取值的结果。</translation>
    </message>
    <message>
        <location filename="core/detectors/lrasmd.py"/>
        <source>Rank</source>
        <translation>秩</translation>
    </message>
    <message>
        <location filename="core/detectors/lrasmd.py"/>
        <source>Rank of the background; 0 takes the fewest principal components that hold 99 % of the variance. The result depends on it strongly: too high and anomalies become background, too low and background becomes anomalous.</source>
        <translation>背景的秩；0 取能保留 99 % 方差的最少主成分。结果对它非常敏感：过高则异常成为背景，过低则背景成为异常。</translation>
    </message>
    <message>
        <location filename="core/detectors/lrasmd.py"/>
        <source>Sparse values</source>
        <translation>稀疏值</translation>
    </message>
    <message>
        <location filename="core/detectors/lrasmd.py"/>
        <source>Fraction of all band values that may be deviations. The result depends on it strongly; a few times the share of the scene that anomalies may cover is sensible.</source>
        <translation>所有波段值中可以是偏差的比例。结果对它非常敏感；取异常可能覆盖比例的几倍较合理。</translation>
    </message>
    <message>
        <location filename="core/detectors/lrasmd.py"/>
        <source>Start of the random projections.</source>
        <translation>随机投影的起点。</translation>
    </message>
    <message>
        <location filename="core/detectors/lsmad.py"/>
        <source>Low-rank Mahalanobis distance (LSMAD)</source>
        <translation>低秩马氏距离（LSMAD）</translation>
    </message>
    <message>
        <location filename="core/detectors/lsmad.py"/>
        <source>RX with statistics from which a low-rank and sparse decomposition has taken deviations and noise, so that anomalies do not hide themselves. Sensitive to the rank and to the fraction of sparse values: 0 takes a rank from the data, and results for neighboring values are worth a look.</source>
        <translation>RX，但其统计量已由低秩稀疏分解去除偏差和噪声，使异常不会掩盖自己。对秩和稀疏值比例敏感：0 表示从数据中确定秩，建议也看看相近取值的结果。</translation>
    </message>
    <message>
        <location filename="core/detectors/lsmad.py"/>
        <source>Rank of the background; 0 takes the fewest principal components that hold 99.9 % of the variance. The result depends on it: too high and anomalies become background, too low and background becomes anomalous.</source>
        <translation>背景的秩；0 取能保留 99.9 % 方差的最少主成分。结果与它有关：过高则异常成为背景，过低则背景成为异常。</translation>
    </message>
    <message>
        <location filename="core/detectors/lsmad.py"/>
        <source>Fraction of all band values that may be deviations, and so do not shape the background.</source>
        <translation>所有波段值中可以是偏差、因而不影响背景的比例。</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>ECA-MSKDAD (multi-scale knowledge distillation)</source>
        <translation>ECA-MSKDAD（多尺度知识蒸馏）</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>A small network learns to give the same features as a fixed one at three levels, from the background only; pixels on which the two differ are anomalies. A single training depends on its seed and ends below RX; the mean of five (MEMBERS, the default) is above it on the scenes of the literature and equal to it on others. Needs torch.</source>
        <translation>小型网络只从背景中学习在三个层次上给出与固定网络相同的特征；两者不一致的像元为异常。单次训练取决于种子，结果低于 RX；五次训练的平均（MEMBERS，默认值）在文献中的场景上高于 RX，在其他场景上与之相当。需要 torch。</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>adapted compares pixel by pixel with a random teacher. published has convolutions over tiles, a teacher that learned to remove noise from the scene, and altered copies of the tiles; it takes a minute a member on a small scene, and finds less.</source>
        <translation>adapted 逐像元与随机教师网络比较。published 在图块上做卷积，教师网络先学会从场景中去除噪声，并使用变换过的图块副本；在小场景上每个成员需要一分钟，且找到的更少。</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>Training epochs of ten steps (in the published variant twenty steps over sixteen tiles); 0 is the untrained control.</source>
        <translation>训练轮数，每轮十步（published 变体中每轮二十步、每步十六个图块）；0 为未训练对照。</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>Fusion</source>
        <translation>融合</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>How the three levels are put together: their mean, or their product, which asks all to agree. auto is mean in the adapted and product in the published variant.</source>
        <translation>三个层次如何合并：取平均，或取乘积（要求三者一致）。auto 在 adapted 变体中为平均，在 published 变体中为乘积。</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>Attention</source>
        <translation>注意力</translation>
    </message>
    <message>
        <location filename="core/detectors/mskdad.py"/>
        <source>eca lets the student's channels weigh each other by their means over a tile of 32 x 32 pixels. auto is off in the adapted and eca in the published variant.</source>
        <translation>eca 让学生网络的各通道按其在 32 x 32 像元图块上的均值相互加权。auto 在 adapted 变体中为关闭，在 published 变体中为 eca。</translation>
    </message>
    <message>
        <location filename="core/detectors/registry.py"/>
        <source>{0}: a parameter cannot be named {1}, which commands use.</source>
        <translation>{0}：参数不能命名为 {1}，该名称由命令使用。</translation>
    </message>
    <message>
        <location filename="core/detectors/registry.py"/>
        <source>DETECTOR must be one of {0}; got {1}.</source>
        <translation>DETECTOR 必须是 {0} 之一；给出的是 {1}。</translation>
    </message>
    <message>
        <location filename="core/detectors/rx.py"/>
        <source>RX (global)</source>
        <translation>RX（全局）</translation>
    </message>
    <message>
        <location filename="core/detectors/rx.py"/>
        <source>Squared Mahalanobis distance of every pixel from the mean of the scene. Fast, needs no tuning, and the baseline every other detector should beat. It assumes one Gaussian background, so scenes of several materials raise the scores of the rarer ones.</source>
        <translation>每个像元到场景均值的马氏距离平方。快速、无需调参，是其他检测器都应超越的基准。它假设背景为单一高斯分布，因此在多种材料的场景中，较少见的材料得分会偏高。</translation>
    </message>
    <message>
        <location filename="core/detectors/rx.py"/>
        <source>How the covariance is kept invertible. ledoitwolf shrinks it by the amount the data call for and is best untuned; ridge adds 1e-4 of the mean band variance to every band; none is the published detector (pseudo-inverse where the covariance is singular).</source>
        <translation>如何保证协方差可逆。ledoitwolf 按数据所需的程度收缩，不调参时最佳；ridge 给每个波段加上平均波段方差的 1e-4；none 为论文中的检测器（协方差奇异时用伪逆）。</translation>
    </message>
    <message>
        <location filename="core/detectors/rx.py"/>
        <source>Precision</source>
        <translation>计算精度</translation>
    </message>
    <message>
        <location filename="core/detectors/rx.py"/>
        <source>What pixels are scored in. single is faster and gives the same ranks: scores differ by some 1e-5 of their size. double gives all digits. Mean and covariance are always learned in double precision.</source>
        <translation>像元打分时所用的精度。single（单精度）更快，排序相同：得分的相对差别约为 1e-5。double（双精度）给出全部数字。均值和协方差始终以双精度学习。</translation>
    </message>
    <message>
        <location filename="core/detectors/rx.py"/>
        <source>The sums are of other bands than the mean.</source>
        <translation>累加和与均值的波段不同。</translation>
    </message>
    <message>
        <location filename="core/detectors/scaae.py"/>
        <source>SC-AAE (spectral constraint adversarial autoencoder)</source>
        <translation>SC-AAE（光谱约束对抗自编码器）</translation>
    </message>
    <message>
        <location filename="core/detectors/scaae.py"/>
        <source>An adversarial autoencoder of the spectra whose loss includes the spectral angle; pixels far from the others in code space and badly reconstructed score high. Weighting and suppression are our own. Needs torch; compare with the untrained control that every run reports.</source>
        <translation>光谱的对抗自编码器，其损失包含光谱角；在编码空间中远离其他像元且重建不佳的像元得分高。加权与抑制为我们自己的做法。需要 torch；请与每次运行报告的未训练对照比较。</translation>
    </message>
    <message>
        <location filename="core/detectors/scaae.py"/>
        <source>adapted trains by Adam, with steps of ten times the learning rate. published trains by stochastic gradient descent, as the paper on E2E-SSCADE states for the method it compares with.</source>
        <translation>adapted 用 Adam 训练，步长为学习率的十倍。published 用随机梯度下降训练，与 E2E-SSCADE 论文对其比较方法的说明一致。</translation>
    </message>
    <message>
        <location filename="core/detectors/scaae.py"/>
        <source>stochastic gradient descent, or a tenth of that of Adam</source>
        <translation>随机梯度下降，或 Adam 的十分之一</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>E2E-SSCADE (spectral-spatial autoencoding density)</source>
        <translation>E2E-SSCADE（光谱空间自编码密度）</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Trains two autoencoders, for spectra and for their spatial context, together with a Gaussian mixture of their codes; pixels of low density are anomalies. Needs torch. As published, twenty small steps hardly move the weights; the improved variant learns the density of the scene with noise added, so that training pays. Every run reports its rank correlation with the untrained control and with RX.</source>
        <translation>训练光谱及其空间上下文的两个自编码器，以及它们编码的高斯混合模型；低密度的像元为异常。需要 torch。按论文，二十个小步几乎不改变权重；improved 变体在加噪声的情况下学习场景的密度，使训练有所收获。每次运行都会报告与未训练对照及与 RX 的秩相关。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>reference makes the choices of the published code (relative distance, brightness feature, opposite edges joined, rectified units from 20,000 pixels on); paper those of the published text (mean squared error, orthogonal projection divergence, squared errors summed over bands; edges are reflected). improved works on partly whitened principal components, ten and twenty in turn, and trains their energies by denoising score matching, which fits no component to small groups of pixels; its steps are a hundred times the learning rate. What of the map of energies is compact then counts more than large areas, roads and edges.</source>
        <translation>reference 采用已发表代码的做法（相对距离、亮度特征、首尾边缘相接、20,000 像元起用修正线性单元）；paper 采用论文文字的做法（均方误差、正交投影散度、误差平方对波段求和；边缘镜像）。improved 使用部分白化的主成分，先后取十个和二十个，以去噪得分匹配训练其能量，不会让混合成分去拟合小群像元；其步长为学习率的一百倍。随后，能量图中紧凑的部分比大片区域、道路和边缘更受重视。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Training steps, each over the whole image (in the improved variant twenty steps over a thousand pixels each); 0 is the untrained control.</source>
        <translation>训练步数，每步遍历整幅影像（improved 变体中为每轮二十步、每步一千个像元）；0 为未训练对照。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Spatial channels</source>
        <translation>空间通道数</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Features of a pixel's 3 x 3 surroundings.</source>
        <translation>像元 3 x 3 邻域的特征数。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Alpha</source>
        <translation>空间分支权重 α</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Weight of the spatial branch against the spectral one.</source>
        <translation>空间分支相对于光谱分支的权重。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Encoder</source>
        <translation>编码器</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>What makes a code of a spectrum in the reference and paper variants: dense layers, or (mamba) a state space that runs along the bands, as in SpectralMamba. It takes about a dozen times as long and finds less here.</source>
        <translation>reference 和 paper 变体中由什么得到光谱的编码：全连接层，或（mamba）沿波段运行的状态空间模型，如 SpectralMamba。它耗时约为十几倍，而在此找到的更少。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Gradient compression</source>
        <translation>梯度压缩</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>What of the gradients the processes exchange at every step: all of it, or (rsdgc) the entries that are large or, along the bands, have large neighbors, the rest waiting for later steps. For slow networks; the scores then depend on the number of processes. Not together with RESUME.</source>
        <translation>各进程每一步交换多少梯度：全部，或（rsdgc）只交换数值大的、或在波段方向上相邻元素数值大的元素，其余留待以后的步。适合慢速网络；此时得分与进程数有关。不能与 RESUME 同用。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>Compression factor</source>
        <translation>压缩倍数</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>How many times fewer entries of the gradients rsdgc exchanges.</source>
        <translation>rsdgc 交换的梯度元素减少到几分之一。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>sscade: ENCODER must be dense in the improved VARIANT, whose ten components are no spectrum.</source>
        <translation>sscade：improved 变体（VARIANT）的十个成分不是光谱，ENCODER 必须为 dense。</translation>
    </message>
    <message>
        <location filename="core/detectors/sscade.py"/>
        <source>sscade: GRADIENT_COMPRESSION rsdgc cannot be used with RESUME, since what each process has not sent yet is in no checkpoint: leave one of the two out.</source>
        <translation>sscade：GRADIENT_COMPRESSION rsdgc 不能与 RESUME 同用，因为各进程尚未发送的内容不在检查点中：请去掉其中之一。</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>Suppress background (BSDM)</source>
        <translation>背景抑制（BSDM）</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>Learns what the scene's background looks like under noise and takes it out of every spectrum, so that any detector can be run on the result. The output is a raster with the same bands, in no physical unit. Compare with EPOCHS 0, the untrained control: as with other learned methods, gains are not certain. What was learned can be kept in a model file and applied to other rasters of the same bands, each in its own range of values.</source>
        <translation>学习场景背景在噪声下的样子，并从每条光谱中去除背景，之后可在结果上运行任何检测器。输出栅格波段相同，没有物理单位。请与 EPOCHS 0（未训练对照）比较：与其他学习方法一样，并不一定有提升。学到的内容可以保存为模型文件，应用于波段相同的其他栅格，每个栅格使用自己的数值范围。</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>What the network is told of a pixel's mean and deviation: each once (adapted), or each as often as there are bands (published, as in the authors' code), with which detectors find less.</source>
        <translation>网络得到的像元均值和标准差：各给一次（adapted），或按波段数重复（published，与作者代码相同），后者使检测器的效果变差。</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>Training steps over the whole image; 0 is the untrained control.</source>
        <translation>遍历整幅影像的训练步数；0 为未训练对照。</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>Diffusion step</source>
        <translation>扩散步</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>How much noise the network is trained on, of 1000.</source>
        <translation>训练网络时噪声的大小，以 1000 为满。</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>Iterations</source>
        <translation>迭代次数</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>How often the background is taken out of each spectrum.</source>
        <translation>从每条光谱中去除背景的次数。</translation>
    </message>
    <message>
        <location filename="core/detectors/suppressbackground.py"/>
        <source>Of weights and noise: the same seed gives the same result.</source>
        <translation>权重和噪声的种子：相同的种子得到相同的结果。</translation>
    </message>
    <message>
        <location filename="core/errors.py"/>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <location filename="core/libraries.py"/>
        <source>the consensus and its members kNN and AED, thresholds, objects, the sample scene and MATLAB files</source>
        <translation>共识及其成员 kNN 和 AED、阈值、对象、示例场景和 MATLAB 文件</translation>
    </message>
    <message>
        <location filename="core/libraries.py"/>
        <source>AEGMM, in the Python with torch</source>
        <translation>带 torch 的 Python 中的 AEGMM</translation>
    </message>
    <message>
        <location filename="core/libraries.py"/>
        <source>reports and pictures</source>
        <translation>报告和图片</translation>
    </message>
    <message>
        <location filename="core/libraries.py"/>
        <source>nothing but speed, where a processor has many cores</source>
        <translation>只影响多核处理器上的速度</translation>
    </message>
    <message>
        <location filename="core/libraries.py"/>
        <source>{0} needs {1}, which the Python it runs on ({2}) does not have: install it there (pip install {3}; Debian and Ubuntu: {4}; OSGeo4W: python3-{5}).</source>
        <translation>{0} 需要 {1}，而运行它的 Python（{2}）没有：请在那里安装（pip install {3}；Debian 和 Ubuntu：{4}；OSGeo4W：python3-{5}）。</translation>
    </message>
    <message>
        <location filename="core/libraries.py"/>
        <source>Python {0}.{1}</source>
        <translation>Python {0}.{1}</translation>
    </message>
    <message>
        <location filename="core/masks.py"/>
        <source>without data</source>
        <translation>无数据</translation>
    </message>
    <message>
        <location filename="core/masks.py"/>
        <source>shadow of a cloud</source>
        <translation>云影</translation>
    </message>
    <message>
        <location filename="core/masks.py"/>
        <source>bad pixel</source>
        <translation>坏像元</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Area under the ROC curve: the fraction of anomaly-background pairs ranked right</source>
        <translation>ROC 曲线下面积：异常-背景像元对中排序正确的比例</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Mean normalized score of the anomalies: area under detection against threshold</source>
        <translation>异常的平均归一化得分：检测率对阈值曲线下面积</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Mean normalized score of the background: area under false alarms against threshold</source>
        <translation>背景的平均归一化得分：虚警率对阈值曲线下面积</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Target detectability: AUC_PD_PF + AUC_PD_TAU</source>
        <translation>目标可检测性：AUC_PD_PF + AUC_PD_TAU</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Background suppressibility: AUC_PD_PF - AUC_PF_TAU</source>
        <translation>背景可抑制性：AUC_PD_PF - AUC_PF_TAU</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Target detection in background: AUC_PD_TAU - AUC_PF_TAU</source>
        <translation>背景中的目标检测：AUC_PD_TAU - AUC_PF_TAU</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Overall detection probability: AUC_PD_TAU + 1 - AUC_PF_TAU</source>
        <translation>总体检测概率：AUC_PD_TAU + 1 - AUC_PF_TAU</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Overall detection accuracy: AUC_PD_PF + AUC_PD_TAU - AUC_PF_TAU</source>
        <translation>总体检测精度：AUC_PD_PF + AUC_PD_TAU - AUC_PF_TAU</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Signal to noise probability ratio: AUC_PD_TAU / AUC_PF_TAU</source>
        <translation>信噪概率比：AUC_PD_TAU / AUC_PF_TAU</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Average precision: mean precision over the anomaly pixels, highest scores first</source>
        <translation>平均精度：按得分从高到低对异常像元的精度取平均</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Detections at 1 % false alarms: fraction of the anomaly pixels above all but 1 % of background</source>
        <translation>虚警率 1 % 时的检测率：高于除 1 % 外全部背景的异常像元比例</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>Detections at 0.1 % false alarms: the same, above all but 0.1 % of it</source>
        <translation>虚警率 0.1 % 时的检测率：同上，高于除 0.1 % 外的全部背景</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>The truth has {0} rows and {1} columns, the scores {2} and {3}: both must cover the same pixels.</source>
        <translation>真值有 {0} 行 {1} 列，得分有 {2} 行 {3} 列：两者必须覆盖相同的像元。</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>The scores have no valid pixel: there is nothing to evaluate.</source>
        <translation>得分没有有效像元：没有可评价的内容。</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>The truth marks no valid pixel as {0}: both classes are needed.</source>
        <translation>真值没有把任何有效像元标为 {0}：两类都需要。</translation>
    </message>
    <message>
        <location filename="core/metrics.py"/>
        <source>All scores are equal: there is nothing to evaluate.</source>
        <translation>所有得分相同：没有可评价的内容。</translation>
    </message>
    <message>
        <location filename="core/model_file.py"/>
        <source>fit it again</source>
        <translation>重新拟合</translation>
    </message>
    <message>
        <location filename="core/model_file.py"/>
        <source>{0} learns no background that could be saved: run it on each raster instead.</source>
        <translation>{0} 没有可保存的背景：请在每个栅格上运行它。</translation>
    </message>
    <message>
        <location filename="core/model_file.py"/>
        <source>{0}: what was learned ({1}) is not finite: the image's values, or a parameter, are too large or too small to compute with.</source>
        <translation>{0}：学到的内容（{1}）不是有限值：影像的数值或某个参数过大或过小，无法计算。</translation>
    </message>
    <message>
        <location filename="core/model_file.py"/>
        <source>{0} has {1} dimensions.</source>
        <translation>{0} 有 {1} 个维度。</translation>
    </message>
    <message>
        <location filename="core/model_file.py"/>
        <source>{0} has {1}, not {2}.</source>
        <translation>{0} 有 {1}，而不是 {2}。</translation>
    </message>
    <message>
        <location filename="core/model_file.py"/>
        <source>The network is of another number of bands.</source>
        <translation>网络的波段数不同。</translation>
    </message>
    <message>
        <location filename="core/model_file.py"/>
        <source>it holds the sums of a background: merge it, alone or with others, into a model.</source>
        <translation>它保存的是背景的累加和：请将其（单独或与其他文件一起）合并成模型。</translation>
    </message>
    <message>
        <location filename="core/numerics/godec.py"/>
        <source>RANK {0} is too high where {1} directions vary: {2} was used.</source>
        <translation>在只有 {1} 个方向有变化时，RANK {0} 过高：使用了 {2}。</translation>
    </message>
    <message>
        <location filename="core/numerics/godec.py"/>
        <source>No low rank holds {0} of the background's variance: deviations are measured from its mean.</source>
        <translation>没有低秩能保留背景方差的 {0}：偏差从均值算起。</translation>
    </message>
    <message>
        <location filename="core/numerics/godec.py"/>
        <source>Rank {0} of the background holds {1} of the variance.</source>
        <translation>背景的秩 {0} 保留了 {1} 的方差。</translation>
    </message>
    <message>
        <location filename="core/numerics/statistics.py"/>
        <source>All background pixels have the same spectrum: there is nothing to compare with.</source>
        <translation>所有背景像元的光谱相同：没有可比较的对象。</translation>
    </message>
    <message>
        <location filename="core/numerics/statistics.py"/>
        <source>Moments about different pilots do not add up.</source>
        <translation>基准不同的矩不能相加。</translation>
    </message>
    <message>
        <location filename="core/numerics/statistics.py"/>
        <source>The sums have different numbers of bands.</source>
        <translation>各累加和的波段数不同。</translation>
    </message>
    <message>
        <location filename="core/numerics/statistics.py"/>
        <source>The sums are of no pixels.</source>
        <translation>累加和中没有像元。</translation>
    </message>
    <message>
        <location filename="core/numerics/statistics.py"/>
        <source>regularization must be one of {0}; got {1}.</source>
        <translation>regularization 必须是 {0} 之一；给出的是 {1}。</translation>
    </message>
    <message>
        <location filename="core/numerics/statistics.py"/>
        <source>The covariance of the {0} bands is singular: the pseudo-inverse over its {1} directions that vary was used; REGULARIZATION ledoitwolf uses all of them.</source>
        <translation>{0} 个波段的协方差是奇异的：使用了其 {1} 个有变化方向上的伪逆；REGULARIZATION ledoitwolf 可使用全部方向。</translation>
    </message>
    <message>
        <location filename="core/numerics/statistics.py"/>
        <source>Only {0} of {1} principal components vary, and were used.</source>
        <translation>{1} 个主成分中只有 {0} 个有变化，已使用这些。</translation>
    </message>
    <message>
        <location filename="core/numerics/windows.py"/>
        <source>{0}: INNER_WINDOW must be smaller than OUTER_WINDOW; got {1} and {2}.</source>
        <translation>{0}：INNER_WINDOW 必须小于 OUTER_WINDOW；给出的是 {1} 和 {2}。</translation>
    </message>
    <message>
        <location filename="core/numerics/windows.py"/>
        <source>{0}: OUTER_WINDOW must be at most {1} for an image of {2} x {3} pixels; got {4}.</source>
        <translation>{0}：对于 {2} x {3} 像元的影像，OUTER_WINDOW 最大为 {1}；给出的是 {4}。</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>true or false</source>
        <translation>true 或 false</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>a coordinate reference system such as EPSG:32611</source>
        <translation>坐标参照系，如 EPSG:32611</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>an extent XMIN,XMAX,YMIN,YMAX</source>
        <translation>范围 XMIN,XMAX,YMIN,YMAX</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>a list of band numbers such as 1,2,5-40</source>
        <translation>波段编号列表，如 1,2,5-40</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>a raster</source>
        <translation>栅格</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>a raster or polygons</source>
        <translation>栅格或多边形</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>a vector layer</source>
        <translation>矢量图层</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>the name of a {0}</source>
        <translation>{0} 的名称</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>{0} or several</source>
        <translation>{0}，可为多个</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>one of {0}</source>
        <translation>以下之一：{0}</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>one or more of {0}</source>
        <translation>以下之一或多个：{0}</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>an odd integer</source>
        <translation>奇数</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>an integer</source>
        <translation>整数</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>a number</source>
        <translation>数</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>a number above {0}</source>
        <translation>大于 {0} 的数</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>{0} at least {1}</source>
        <translation>不小于 {1} 的{0}</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>{0} and at most {1}</source>
        <translation>{0}，且不大于 {1}</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>{0} at most {1}</source>
        <translation>不大于 {1} 的{0}</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>{0}: {1} must be {2}; got {3}.</source>
        <translation>{0}：{1} 必须是{2}；给出的是 {3}。</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>{0} is not a number or a range of numbers</source>
        <translation>{0} 不是数字或数字范围</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>these are more than {0} numbers</source>
        <translation>数字超过 {0} 个</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>Hyperspectral raster</source>
        <translation>高光谱栅格</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>The image: GeoTIFF, ENVI or any other format of GDAL. Pixels without data in any used band get no score.</source>
        <translation>影像：GeoTIFF、ENVI 或 GDAL 的其他格式。任一所用波段无数据的像元没有得分。</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>The bands to use; all by default. Bands marked bad in the file, constant bands and bands without data are left out in any case, and the log names them. As text: 1,2,5-40.</source>
        <translation>要使用的波段；默认为全部。文件中标为坏的波段、常数波段和无数据的波段总会被去掉，日志会列出它们。文本形式：1,2,5-40。</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>Bands</source>
        <translation>波段</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>Pixels that a product's own masks mark (cloud and two pixels around it, cirrus, haze, shadow of a cloud, saturated, bad, nodata) get no score, and nothing is learned from them. Kinds named here are used all the same, such as haze,cirrus where the masks take too much; the log says how many pixels each mask takes. Rasters without masks of their own are not affected.</source>
        <translation>产品自带掩膜标记的像元（云及其周围两个像元、卷云、霾、云影、饱和、坏像元、无数据）没有得分，也不参与学习。此处列出的种类仍会使用，例如掩膜去掉过多时可用 haze,cirrus；日志会说明每种掩膜去掉了多少像元。没有自带掩膜的栅格不受影响。</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>Masked pixels to use</source>
        <translation>仍要使用的掩膜像元</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>Where the background is learned: polygons, or a raster of the input's size in which it is not 0. Every pixel is scored all the same. The whole image by default.</source>
        <translation>在何处学习背景：多边形，或与输入同样大小且在该处不为 0 的栅格。所有像元仍会打分。默认为整幅影像。</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>Start of the random numbers: the same seed gives the same scores.</source>
        <translation>随机数的起点：相同的种子得到相同的得分。</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <location filename="core/parameters.py"/>
        <source>{0}: unknown parameter {1}.</source>
        <translation>{0}：未知参数 {1}。</translation>
    </message>
    <message>
        <location filename="core/sample_scene.py"/>
        <source>dark soil</source>
        <translation>暗色土壤</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>The background has {0} pixels for each of the {1} bands used, fewer than {2}: what is learned from so few is unsure. Use fewer bands, a larger background, or a regularized detector.</source>
        <translation>对所用的 {1} 个波段，背景平均每个波段只有 {0} 个像元，少于 {2} 个：从这么少的像元学到的内容不可靠。请减少波段、扩大背景，或使用正则化的检测器。</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>{0} % of the pixels are flagged, more than {1} %: anomalies are rare, so these are mostly background. Ask for a lower rate, or look whether the scene holds several kinds of surface that a local detector would tell apart.</source>
        <translation>有 {0} % 的像元被标记，超过 {1} %：异常是少见的，因此这些多半是背景。请要求更低的比率，或看看场景是否含有多种地表，需要局部检测器来区分。</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>1 object is</source>
        <translation>1 个对象</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>{0} objects are</source>
        <translation>{0} 个对象</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>{0} wider than the inner window of {1} pixels (the widest {2}): such targets reach into their own background and score too low. Use INNER_WINDOW {3} and a larger OUTER_WINDOW, or a detector for the whole scene.</source>
        <translation>{0}宽于 {1} 像元的内窗口（最宽的为 {2}）：这样的目标会伸入自己的背景，得分偏低。请使用 INNER_WINDOW {3} 和更大的 OUTER_WINDOW，或使用针对整个场景的检测器。</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>column {0}</source>
        <translation>第 {0} 列</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>columns {0}</source>
        <translation>第 {0} 列</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>Stripes along columns, in {0} at {1} (columns count from 0): they can raise false alarms that stand in a line. Leave these bands out with BANDS, or remove the stripes first.</source>
        <translation>沿列方向有条纹，见 {1} 处的 {0}（列号从 0 起）：可能引起排成一线的虚警。请用 BANDS 去掉这些波段，或先去除条纹。</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>Saturation: many pixels share the largest value of a band, in {0} (band {1}: {2} % at {3}). What is brighter than that cannot be told apart; leave these bands out with BANDS.</source>
        <translation>饱和：许多像元取波段的最大值，见 {0}（波段 {1}：{2} % 为 {3}）。比它更亮的无法区分；请用 BANDS 去掉这些波段。</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>band {0}</source>
        <translation>波段 {0}</translation>
    </message>
    <message>
        <location filename="core/scene_checks.py"/>
        <source>bands {0}</source>
        <translation>波段 {0}</translation>
    </message>
    <message>
        <location filename="core/tasks.py"/>
        <source>values of the image, of the model, or a parameter are too large or too small to compute with</source>
        <translation>影像、模型的数值或某个参数过大或过小，无法计算</translation>
    </message>
    <message>
        <location filename="core/tasks.py"/>
        <source>{0}: a matrix of the scene cannot be solved: {1}.</source>
        <translation>{0}：场景的某个矩阵无法求解：{1}。</translation>
    </message>
    <message>
        <location filename="core/tasks.py"/>
        <source>{0}: {1} of {2} valid pixels, first row {3} column {4}, get no finite number: {5}.</source>
        <translation>{0}：{2} 个有效像元中有 {1} 个（首个在第 {3} 行第 {4} 列）得不到有限值：{5}。</translation>
    </message>
    <message>
        <location filename="core/tasks.py"/>
        <source>This model can be used by a worker process only.</source>
        <translation>此模型只能由工作进程使用。</translation>
    </message>
    <message>
        <location filename="core/working_planes.py"/>
        <source>There is no room for a working file of {0} GB in {1}: {2}. Free some room there, or set the environment variable TMPDIR to a folder with more.</source>
        <translation>{1} 中没有空间存放 {0} GB 的工作文件：{2}。请在那里腾出一些空间，或将环境变量 TMPDIR 设为空间更多的文件夹。</translation>
    </message>
    <message>
        <location filename="jobs/commands.py"/>
        <source>signal {0}</source>
        <translation>信号 {0}</translation>
    </message>
    <message>
        <location filename="jobs/compute.py"/>
        <source>1 worker process</source>
        <translation>1 个工作进程</translation>
    </message>
    <message>
        <location filename="jobs/compute.py"/>
        <source>{0} worker processes</source>
        <translation>{0} 个工作进程</translation>
    </message>
    <message>
        <location filename="jobs/compute.py"/>
        <source>Runs in {0} on {1}, with torch {2} of {3}.</source>
        <translation>以 {0} 在 {1} 上运行，使用 {3} 的 torch {2}。</translation>
    </message>
    <message>
        <location filename="jobs/compute.py"/>
        <source>machine {0} of {1} (from 0)</source>
        <translation>{1} 台机器中的第 {0} 台（从 0 起）</translation>
    </message>
    <message>
        <location filename="jobs/compute.py"/>
        <source>This is {0}; they meet at {1}.</source>
        <translation>这是{0}；它们在 {1} 会合。</translation>
    </message>
    <message>
        <location filename="jobs/compute.py"/>
        <source>No scratch folder can be made in {0} ({1}): free some room there, or set the environment variable TMPDIR to a folder with more.</source>
        <translation>无法在 {0} 中建立临时文件夹（{1}）：请在那里腾出空间，或把环境变量 TMPDIR 设为空间更大的文件夹。</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>Environment of QGIS HSI Anomaly</source>
        <translation>QGIS HSI Anomaly 的运行环境</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>Interpreters, in the order they are tried:</source>
        <translation>解释器（按尝试顺序）：</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>Optional libraries of the Python that runs this:</source>
        <translation>运行本程序的 Python 的可选库：</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>no interpreter has torch {0} or newer. {1}</source>
        <translation>没有解释器带有 torch {0} 或更新版本。{1}</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>Processor cores</source>
        <translation>处理器核数</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>not found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>Learned detectors run on</source>
        <translation>学习型检测器运行于</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>Not usable: {0}.</source>
        <translation>不可用：{0}。</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>Usable: Python {0}, torch {1}, numpy {2}; devices {3}.</source>
        <translation>可用：Python {0}、torch {1}、numpy {2}；设备 {3}。</translation>
    </message>
    <message>
        <location filename="jobs/environment.py"/>
        <source>not found; needed for {0}.</source>
        <translation>未找到；用于{0}。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Device</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Where a learned detector computes: auto takes the GPUs where there is one for every process, else the processor; cpu and cuda force that device.</source>
        <translation>学习型检测器在哪里计算：auto 在每个进程都有 GPU 时使用 GPU，否则使用处理器；cpu 和 cuda 强制使用该设备。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Processes</source>
        <translation>进程数</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>How many processes share the work on this machine, with the same scores. The cores are divided among them; on GPUs each takes one. At most one for every row of the raster.</source>
        <translation>此机器上由多少个进程分担工作，得分不变。核在它们之间分配；使用 GPU 时每个进程一个。至多为栅格的行数。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Resume</source>
        <translation>继续训练</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>For long trainings: keep their state in a file beside the output (OUTPUT.checkpoint, every half minute), and go on from it, to the same result, where an interrupted run left one. A run that ends well removes it.</source>
        <translation>用于长时间训练：把训练状态保存在输出旁的文件中（OUTPUT.checkpoint，每半分钟一次）；若中断的运行留有该文件，则从中继续，结果相同。顺利结束的运行会删除它。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Python interpreter</source>
        <translation>Python 解释器</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>The Python with torch that the processes run on; found by itself where empty.</source>
        <translation>进程所用的带 torch 的 Python；留空则自动查找。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Machines</source>
        <translation>机器数</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>How many machines share the work.</source>
        <translation>由多少台机器分担工作。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Machine</source>
        <translation>机器编号</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Which of the machines this is, from 0. Machine 0 writes the output.</source>
        <translation>这是第几台机器，从 0 起。0 号机器写出结果。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>Rendezvous</source>
        <translation>会合地址</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>HOST:PORT, an address of machine 0, where the machines meet: the same on every machine. Machine 0 listens at this address alone; the port must be free there and reachable from the others.</source>
        <translation>HOST:PORT，即 0 号机器的地址，各机器在此会合：每台机器上都相同。0 号机器只监听该地址；该端口在那里必须空闲，且其他机器可以访问。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>execution: MACHINE must be below MACHINES ({0}); got {1}.</source>
        <translation>execution：MACHINE 必须小于 MACHINES（{0}）；给出的是 {1}。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>execution: RENDEZVOUS must be HOST:PORT of machine 0, as in 192.168.1.10:29500; got {0}.</source>
        <translation>execution：RENDEZVOUS 必须是 0 号机器的 HOST:PORT，如 192.168.1.10:29500；给出的是 {0}。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>{0}: MACHINES must be 1; use PROCESSES to share the work.</source>
        <translation>{0}：MACHINES 必须为 1；请用 PROCESSES 分担工作。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>{0}: RESUME must be false: there is no long training to go on with.</source>
        <translation>{0}：RESUME 必须为 false：没有可以继续的长时间训练。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>{0}: DEVICE must be auto: it computes on the processor.</source>
        <translation>{0}：DEVICE 必须为 auto：它在处理器上计算。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>execution: PROCESSES must be at most the raster's {0} rows, all machines together; got {1}.</source>
        <translation>execution：各机器的 PROCESSES 合计至多为栅格的 {0} 行；给出的是 {1}。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>execution: DEVICE cuda needs a GPU that torch can use, and it finds none: use DEVICE cpu, or see `environmentcheck`.</source>
        <translation>execution：DEVICE cuda 需要 torch 可用的 GPU，但没有找到：请使用 DEVICE cpu，或查看 `environmentcheck`。</translation>
    </message>
    <message>
        <location filename="jobs/execution.py"/>
        <source>execution: PROCESSES must be at most the number of GPUs ({0}) with DEVICE cuda; got {1}.</source>
        <translation>execution：DEVICE cuda 时 PROCESSES 至多为 GPU 个数（{0}）；给出的是 {1}。</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>The Python interpreter {0} ({1}) cannot run this: {2}. {3}</source>
        <translation>Python 解释器 {0}（{1}）无法运行：{2}。{3}</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>no interpreter was found</source>
        <translation>没有找到解释器</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>This needs torch, and no Python interpreter has it ({0}). {1}</source>
        <translation>这需要 torch，而没有 Python 解释器带有它（{0}）。{1}</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>py -m venv "{0}"</source>
        <translation>py -m venv "{0}"</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>py -m pip --python "{0}" install torch numpy</source>
        <translation>py -m pip --python "{0}" install torch numpy</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>python3 -m venv "{0}"</source>
        <translation>python3 -m venv "{0}"</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>"{0}" -m pip install torch numpy</source>
        <translation>"{0}" -m pip install torch numpy</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>Or name a Python that has torch {0} or newer, or the folder of its environment, in the provider's setting or in {1}. 'Environment check' shows what was tried.</source>
        <translation>或者在提供者的设置或{1}中指定带有 torch {0} 或更新版本的 Python，或其环境的文件夹。“环境检查”会列出尝试过的解释器。</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>Run 'Set up torch' (setuptorch), which asks before it downloads, or type in a terminal:</source>
        <translation>运行“安装 torch”（setuptorch），它在下载前会征求同意；或在终端中输入：</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>the provider's setting or --python</source>
        <translation>提供者的设置或 --python</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>the environment variable {0}</source>
        <translation>环境变量 {0}</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>the venv in the {0} folder</source>
        <translation>{0} 文件夹中的 venv</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>the .venv beside the checkout</source>
        <translation>代码检出目录旁的 .venv</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>this program's own Python</source>
        <translation>本程序自己的 Python</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>it is Python {0}, and {1} or newer is needed</source>
        <translation>它是 Python {0}，需要 {1} 或更新版本</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>it is Python {0}, not this program's own</source>
        <translation>它是 Python {0}，不是本程序自己的</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>No module named</source>
        <translation>No module named</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>it has no {0} that works ({1})</source>
        <translation>它没有可用的 {0}（{1}）</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>it has no {0}</source>
        <translation>它没有 {0}</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>its torch is {0}, and {1} or newer is needed</source>
        <translation>它的 torch 是 {0}，需要 {1} 或更新版本</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>no program of that name is on PATH</source>
        <translation>PATH 中没有这个名称的程序</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>it cannot be started ({0})</source>
        <translation>无法启动（{0}）</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>no answer</source>
        <translation>没有回应</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>it is no Python that works ({0})</source>
        <translation>它不是可用的 Python（{0}）</translation>
    </message>
    <message>
        <location filename="jobs/interpreter.py"/>
        <source>it did not answer within {0} s</source>
        <translation>它在 {0} 秒内没有回应</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>connection (closed|reset|refused)|broken pipe|gloo|nccl|store|timed out</source>
        <translation>connection (closed|reset|refused)|broken pipe|gloo|nccl|store|timed out</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>{0} cannot be started: {1}.</source>
        <translation>{0} 无法启动：{1}。</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>The worker processes did not start within {0} s.{1}</source>
        <translation>工作进程在 {0} 秒内没有启动。{1}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>{0} has given no sign of life for {1} s and was ended.{2}</source>
        <translation>{0} 已有 {1} 秒没有任何动静，已被终止。{2}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>The worker processes have neither computed nor reported anything for {0} s and were ended.{1}</source>
        <translation>工作进程已有 {0} 秒既没有计算也没有报告，已被终止。{1}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>{0} was ended by {1}</source>
        <translation>{0} 被 {1} 终止</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>{0}, most likely because memory ran out: {1}</source>
        <translation>{0}，很可能是内存耗尽：{1}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>The machines did not meet at RENDEZVOUS {0}.{1}</source>
        <translation>各机器没有在 RENDEZVOUS {0} 会合。{1}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>{0} ended before it was done.{1}</source>
        <translation>{0} 在完成之前结束。{1}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>The connection to another machine was lost, most likely because the run failed or was cancelled there.{0}</source>
        <translation>与另一台机器的连接已断开，很可能是那里的运行失败或被取消。{0}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>allocate memory</source>
        <translation>allocate memory</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>out of memory</source>
        <translation>out of memory</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>{0} ran out of memory: {1} ({2}).</source>
        <translation>{0} 内存耗尽：{1}（{2}）。</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>{0} failed: {1}.{2}</source>
        <translation>{0} 失败：{1}。{2}</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>use fewer processes</source>
        <translation>请使用更少的进程</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>close other programs, or use fewer bands</source>
        <translation>请关闭其他程序，或使用更少的波段</translation>
    </message>
    <message>
        <location filename="jobs/launcher.py"/>
        <source>Worker process {0} (of {1})</source>
        <translation>第 {0} 个工作进程（共 {1} 个）</translation>
    </message>
    <message>
        <location filename="jobs/network.py"/>
        <source>execution: RENDEZVOUS {0} means every network interface: name the address of machine 0 on the network that the machines share.</source>
        <translation>execution：RENDEZVOUS {0} 表示所有网络接口：请给出 0 号机器在各机器共用网络上的地址。</translation>
    </message>
    <message>
        <location filename="jobs/network.py"/>
        <source>execution: RENDEZVOUS {0}:{1} cannot be listened on by this machine, which is machine 0 ({2}): name an address of this machine and a free port, the same on every machine.</source>
        <translation>execution：本机为 0 号机器，无法监听 RENDEZVOUS {0}:{1}（{2}）：请给出本机的地址和空闲的端口，每台机器上都相同。</translation>
    </message>
    <message>
        <location filename="jobs/network.py"/>
        <source>execution: RENDEZVOUS {0} cannot be reached from this machine ({1}): name machine 0 by an address that every machine knows.</source>
        <translation>execution：从本机无法访问 RENDEZVOUS {0}（{1}）：请给出每台机器都认识的 0 号机器地址。</translation>
    </message>
    <message>
        <location filename="jobs/packing.py"/>
        <source>{0} GB are needed and {1} GB are free</source>
        <translation>需要 {0} GB，剩余 {1} GB</translation>
    </message>
    <message>
        <location filename="jobs/packing.py"/>
        <source>The image cannot be packed for the worker process in {0}: {1}. Free some room there, or set the environment variable TMPDIR to a folder with more.</source>
        <translation>影像无法在 {0} 中打包给工作进程：{1}。请在那里腾出空间，或把环境变量 TMPDIR 设为空间更大的文件夹。</translation>
    </message>
    <message>
        <location filename="jobs/pools.py"/>
        <source>DASK: no scheduler answers at {0}: give its address as it prints it, such as tcp://10.0.0.1:8786.</source>
        <translation>DASK：{0} 处没有调度器回应：请按其显示的形式给出地址，如 tcp://10.0.0.1:8786。</translation>
    </message>
    <message>
        <location filename="jobs/pools.py"/>
        <source>Workers connected to {0}: {1}.</source>
        <translation>连接到 {0} 的工作节点：{1}。</translation>
    </message>
    <message>
        <location filename="jobs/pools.py"/>
        <source>No worker is connected to {0}: waiting for one.</source>
        <translation>没有工作节点连接到 {0}：正在等待。</translation>
    </message>
    <message>
        <location filename="jobs/pools.py"/>
        <source>The scheduler has lost it: its connection was cut.</source>
        <translation>调度器失去了它：连接中断。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>PyPI (https://pypi.org)</source>
        <translation>PyPI (https://pypi.org)</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>About {0} MB (torch, numpy and what they need) are downloaded from {1}, or from the package index that pip is set up for, and installed into {2}, which takes up to {3} GB.</source>
        <translation>将从 {1}（或 pip 所设的软件包索引）下载约 {0} MB（torch、numpy 及其所需），安装到 {2}，最多占用 {3} GB。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>setuptorch: BUILD must be cpu on macOS: there is no CUDA for Macs.</source>
        <translation>setuptorch：在 macOS 上 BUILD 必须为 cpu：Mac 没有 CUDA。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>Starting the new Python with torch for the first time.</source>
        <translation>首次启动带 torch 的新 Python。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>the new environment</source>
        <translation>新环境</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>torch was installed into {0} and does not work: {1}. Try the other BUILD, or another Python (BASE_PYTHON).</source>
        <translation>torch 已安装到 {0}，但不能工作：{1}。请尝试另一种 BUILD，或另一个 Python（BASE_PYTHON）。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>setuptorch: FOLDER {0} holds other things: name a new or an empty folder.</source>
        <translation>setuptorch：FOLDER {0} 中有其他内容：请给出新的或空的文件夹。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>setuptorch: FOLDER {0} needs about {1} GB, and {2} GB are free there: free some room or name another folder.</source>
        <translation>setuptorch：FOLDER {0} 约需 {1} GB，而那里剩余 {2} GB：请腾出空间或给出另一个文件夹。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>setuptorch: FOLDER {0} cannot be made ({1}): name another.</source>
        <translation>setuptorch：无法建立 FOLDER {0}（{1}）：请给出另一个。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>Making an environment with {0}.</source>
        <translation>正在用 {0} 建立环境。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>ensurepip is not</source>
        <translation>ensurepip is not</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>No module named venv</source>
        <translation>No module named venv</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>it has no venv (Debian and Ubuntu: install python3-venv)</source>
        <translation>它没有 venv（Debian 和 Ubuntu：请安装 python3-venv）</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>none was found</source>
        <translation>一个也没有找到</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>No Python can make an environment ({0}): install Python from python.org, or name one in BASE_PYTHON.</source>
        <translation>没有 Python 能建立环境（{0}）：请从 python.org 安装 Python，或在 BASE_PYTHON 中指定一个。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>Downloading torch ({0}); this takes minutes.</source>
        <translation>正在下载 torch（{0}）；需要几分钟。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>{0} did not give it; trying the package index that pip is set up for.</source>
        <translation>{0} 没有提供；正在尝试 pip 所设的软件包索引。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>torch cannot be installed: {0}. Check the connection to the internet, or name another Python (BASE_PYTHON) or package index (INDEX).</source>
        <translation>无法安装 torch：{0}。请检查网络连接，或指定另一个 Python（BASE_PYTHON）或软件包索引（INDEX）。</translation>
    </message>
    <message>
        <location filename="jobs/torch_setup.py"/>
        <source>it said nothing</source>
        <translation>它没有任何输出</translation>
    </message>
    <message>
        <location filename="jobs/worker.py"/>
        <source>{0} is not a package.</source>
        <translation>{0} 不是软件包。</translation>
    </message>
    <message>
        <location filename="jobs/worker.py"/>
        <source>The results cannot be left in {0}: {1}. Free some room there, or set the environment variable TMPDIR to a folder with more.</source>
        <translation>结果无法保存到 {0}：{1}。请在那里腾出空间，或把环境变量 TMPDIR 设为空间更大的文件夹。</translation>
    </message>
    <message>
        <location filename="jobs/worker.py"/>
        <source>The machines were not given the same raster and parameters: use one command on all.</source>
        <translation>各机器得到的栅格和参数不同：请在所有机器上使用同一条命令。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The output {0} cannot be written: its name is not UTF-8, give another.</source>
        <translation>输出 {0} 无法写入：其名称不是 UTF-8，请换一个。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The output {0}</source>
        <translation>输出 {0}</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The {0}</source>
        <translation>{0}</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The extension of the output {0} is not known: {1} files end in {2}.</source>
        <translation>输出 {0} 的扩展名未知：{1}文件以 {2} 结尾。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The folder of the output {0} does not exist: create it or choose another.</source>
        <translation>输出 {0} 的文件夹不存在：请建立它或另选一个。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The name of the output {0} is too long: give a shorter one.</source>
        <translation>输出 {0} 的名称过长：请给出更短的名称。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>{0} is a folder: give a file name.</source>
        <translation>{0} 是文件夹：请给出文件名。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>{0} is not an ordinary file: give another name.</source>
        <translation>{0} 不是普通文件：请换一个名称。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The folder of the output {0} cannot be written to: choose another.</source>
        <translation>输出 {0} 的文件夹不可写：请另选一个。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>{0} needs the place of the folder {1}: give another name.</source>
        <translation>{0} 会占用文件夹 {1} 的位置：请换一个名称。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>{0} would overwrite the input {1}: choose another.</source>
        <translation>{0} 会覆盖输入 {1}：请另选一个。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>{0} would overwrite {1}, which belongs to {2}: give each output its own name.</source>
        <translation>{0} 会覆盖 {1}，后者属于 {2}：请给每个输出各自的名称。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>{0} cannot be brought back ({1}): what was there is {2}.</source>
        <translation>{0} 无法恢复（{1}）：原有内容在 {2}。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The output {0} would overwrite {1}, the header of {2}: choose another name.</source>
        <translation>输出 {0} 会覆盖 {1}（{2} 的头文件）：请换一个名称。</translation>
    </message>
    <message>
        <location filename="outputs.py"/>
        <source>The output {0} cannot be written: {1}.</source>
        <translation>输出 {0} 无法写入：{1}。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/apply_model.py"/>
        <source>Apply a model</source>
        <translation>应用模型</translation>
    </message>
    <message>
        <location filename="processing/algorithms/apply_model.py"/>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="processing/algorithms/apply_model.py"/>
        <source>Scores a raster against the background in a model file. Bands are matched by wavelength where both know theirs, else by number or count; rasters that do not fit are refused. The rasters must be calibrated alike: a difference in illumination or atmosphere is an anomaly too.</source>
        <translation>用模型文件中的背景给栅格打分。双方都有波长时按波长匹配波段，否则按编号或数量；不相符的栅格会被拒绝。各栅格的定标必须一致：光照或大气的差异也会成为异常。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/apply_model.py"/>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="processing/algorithms/apply_model.py"/>
        <source>A model file written by 'Fit a model' or by a learned detector.</source>
        <translation>由“拟合模型”或学习型检测器写出的模型文件。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/apply_model.py"/>
        <source>MODEL must be a model file; it is empty.</source>
        <translation>MODEL 必须是模型文件；现在为空。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/apply_model.py"/>
        <source>spread</source>
        <translation>离散度</translation>
    </message>
    <message>
        <location filename="processing/algorithms/detector.py"/>
        <source>Also write what was learned, to score other rasters with 'Apply a model'.</source>
        <translation>同时写出学到的内容，以便用“应用模型”给其他栅格打分。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>Fit a model</source>
        <translation>拟合模型</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>Learns the background of a raster and writes it to a model file, with which 'Apply a model' scores other rasters: learn on one flight line, look for anomalies in the next. For every detector that has one background for the whole scene, and for background suppression.</source>
        <translation>学习栅格的背景并写入模型文件，“应用模型”可用它给其他栅格打分：在一条航带上学习，在下一条中寻找异常。适用于整个场景只有一个背景的所有检测器，以及背景抑制。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>Detector or pre-processor</source>
        <translation>检测器或预处理器</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>Its parameters</source>
        <translation>其参数</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>What learns the background: {0}.</source>
        <translation>学习背景的方法：{0}。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>NAME=value, several divided by spaces, such as EPOCHS=40 SEED=1; defaults for the rest. {0}.</source>
        <translation>NAME=value 形式，多个之间用空格分隔，如 EPOCHS=40 SEED=1；其余用默认值。{0}。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>The model file to write: data only, no code.</source>
        <translation>要写出的模型文件：只有数据，没有代码。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/fit_model.py"/>
        <source>PARAMETERS must be NAME=value, several divided by spaces; got {0}.</source>
        <translation>PARAMETERS 必须是 NAME=value，多个之间用空格分隔；给出的是 {0}。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/suppress_background.py"/>
        <source>The spectra without background, float32, for any detector. GeoTIFF (.tif) or ENVI (.img, .dat).</source>
        <translation>去除背景后的光谱，float32，可用于任何检测器。GeoTIFF（.tif）或 ENVI（.img、.dat）。</translation>
    </message>
    <message>
        <location filename="processing/algorithms/suppress_background.py"/>
        <source>Suppressed raster</source>
        <translation>背景抑制后的栅格</translation>
    </message>
    <message>
        <location filename="processing/algorithms/suppress_background.py"/>
        <source>Also write what was learned, to suppress the background of other rasters with 'Apply a model'.</source>
        <translation>同时写出学到的内容，以便用“应用模型”抑制其他栅格的背景。</translation>
    </message>
    <message>
        <location filename="processing/base.py"/>
        <source>imaging spectroscopy</source>
        <translation>成像光谱学</translation>
    </message>
    <message>
        <location filename="processing/base.py"/>
        <source>Source:</source>
        <translation>来源：</translation>
    </message>
    <message>
        <location filename="processing/blas.py"/>
        <source>Matrix products are slow in this session of QGIS, and large rasters take many times as long: restart QGIS, which is needed once after the plugin is installed.</source>
        <translation>在本次 QGIS 会话中矩阵乘法很慢，大栅格的耗时会增加许多倍：请重启 QGIS；安装插件后需要重启一次。</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>adaptive coherence estimator</source>
        <translation>自适应相干估计（ACE）</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>adapted to one scene</source>
        <translation>适应单个场景</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>budget of alarms</source>
        <translation>告警预算</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>cloud shadow</source>
        <translation>云影</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>conformal, from a background region</source>
        <translation>保形法（需要背景区域）</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>by their numbers of pixels</source>
        <translation>按像元数</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>processor (CPU)</source>
        <translation>处理器（CPU）</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation>NVIDIA 显卡（CUDA）</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>all files alike</source>
        <translation>各文件等权</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>improved training</source>
        <translation>改进的训练</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>Ledoit-Wolf shrinkage</source>
        <translation>Ledoit-Wolf 收缩</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>matched filter</source>
        <translation>匹配滤波</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>objects per km²</source>
        <translation>每平方千米对象数</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>as the paper's text</source>
        <translation>按论文文字</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>as published</source>
        <translation>按论文发表</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>as the published code</source>
        <translation>按已发表代码</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>fit of the tail</source>
        <translation>尾部拟合</translation>
    </message>
    <message>
        <location filename="processing/feedback.py"/>
        <source>HSI anomaly</source>
        <translation>HSI 异常检测</translation>
    </message>
    <message>
        <location filename="processing/feedback.py"/>
        <source>Not enough memory: close other programs, use fewer bands (BANDS) or a smaller part of the raster.</source>
        <translation>内存不足：请关闭其他程序，使用更少的波段（BANDS）或栅格的一部分。</translation>
    </message>
    <message>
        <location filename="processing/feedback.py"/>
        <source>{0} failed in a way nobody foresaw ({1}: {2}); the log panel '{3}' has the details for a report.</source>
        <translation>{0} 以未曾预料的方式失败（{1}：{2}）；日志面板“{3}”中有可用于报告的详情。</translation>
    </message>
    <message>
        <location filename="processing/layers.py"/>
        <source>Valid pixels</source>
        <translation>有效像元</translation>
    </message>
    <message>
        <location filename="processing/layers.py"/>
        <source>Bands used</source>
        <translation>使用的波段</translation>
    </message>
    <message>
        <location filename="processing/layers.py"/>
        <source>bands</source>
        <translation>波段</translation>
    </message>
    <message>
        <location filename="processing/layers.py"/>
        <source>background</source>
        <translation>背景</translation>
    </message>
    <message>
        <location filename="processing/layers.py"/>
        <source>no</source>
        <translation>无</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>Model files (*.safetensors);;All files (*)</source>
        <translation>模型文件 (*.safetensors);;所有文件 (*)</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>Scores</source>
        <translation>得分</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>The anomaly scores, float32, larger = more anomalous; NaN where the image has no data. GeoTIFF (.tif) or ENVI (.img, .dat). A style (.qml) and the record of the run (.json) are written beside it.</source>
        <translation>异常得分，float32，越大越异常；影像无数据处为 NaN。GeoTIFF（.tif）或 ENVI（.img、.dat）。旁边会写出样式（.qml）和运行记录（.json）。</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>Spread of the members</source>
        <translation>成员间离散度</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>Also write how much the members disagree: where it is large, the score depends on which of them is asked. For detectors of several members; a learned detector needs MEMBERS 2 or more.</source>
        <translation>同时写出成员之间的不一致程度：数值大处，得分取决于问的是哪个成员。用于有多个成员的检测器；学习型检测器需要 MEMBERS 为 2 或更大。</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>{0} is of a kind the toolbox does not know: {1}</source>
        <translation>{0} 的类型是工具箱所不知道的：{1}</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>{0} must be a raster layer or file; it is empty.</source>
        <translation>{0} 必须是栅格图层或文件；现在为空。</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>{0}: the edits of {1} are not saved yet, so they do not count: save them.</source>
        <translation>{0}：{1} 的编辑尚未保存，因此不起作用：请先保存。</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>as a raster or as polygons</source>
        <translation>作为栅格或多边形</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>as a vector layer</source>
        <translation>作为矢量图层</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>{0} cannot be opened {1}: check the name of the file.</source>
        <translation>{0} 无法{1}打开：请检查文件名。</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>{0} does not exist: check the name of the file.</source>
        <translation>{0} 不存在：请检查文件名。</translation>
    </message>
    <message>
        <location filename="processing/parameters.py"/>
        <source>{0} is a layer of the provider {1}, which has no file: export it to a GeoTIFF and use that.</source>
        <translation>{0} 是 {1} 提供者的图层，没有文件：请导出为 GeoTIFF 并使用它。</translation>
    </message>
    <message>
        <location filename="processing/provider.py"/>
        <source>Hyperspectral anomaly detection</source>
        <translation>高光谱异常检测</translation>
    </message>
    <message>
        <location filename="processing/settings.py"/>
        <source>Python interpreter with torch, for learned detectors (empty: found by itself)</source>
        <translation>带 torch 的 Python 解释器，用于学习型检测器（留空则自动查找）</translation>
    </message>
    <message>
        <location filename="processing/styling.py"/>
        <source>Detector</source>
        <translation>检测器</translation>
    </message>
    <message>
        <location filename="processing/styling.py"/>
        <source>Parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <location filename="processing/styling.py"/>
        <source>Scene</source>
        <translation>场景</translation>
    </message>
    <message>
        <location filename="processing/styling.py"/>
        <source>Background</source>
        <translation>背景</translation>
    </message>
    <message>
        <location filename="processing/styling.py"/>
        <source>Made</source>
        <translation>生成时间</translation>
    </message>
    <message>
        <location filename="processing/styling.py"/>
        <source>Made with</source>
        <translation>生成软件</translation>
    </message>
    <message>
        <location filename="processing/styling.py"/>
        <source>not recorded</source>
        <translation>无记录</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>a raster or as polygons</source>
        <translation>栅格或多边形</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>{0}: {1} cannot be read</source>
        <translation>{0}：{1} 无法读取</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>{0}: {1} holds a {2}: only polygons can be used.</source>
        <translation>{0}：{1} 含有{2}：只能使用多边形。</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>{0}: the field {1} of {2} holds {3}: it may hold {4}.</source>
        <translation>{0}：{2} 的字段 {1} 含有 {3}：可用的值为 {4}。</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>{0}: the polygons of {1} cannot be brought to the image's grid</source>
        <translation>{0}：{1} 的多边形无法转换到影像的格网</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>({0} OR "{1}" IS NULL)</source>
        <translation>({0} OR "{1}" IS NULL)</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>({0}) AND {1}</source>
        <translation>({0}) AND {1}</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>{0}: {1} has {2} rows and {3} columns, {4} and {5}: both must cover the same pixels.</source>
        <translation>{0}：{1} 有 {2} 行 {3} 列，{4} 行 {5} 列：两者必须覆盖相同的像元。</translation>
    </message>
    <message>
        <location filename="raster/areas.py"/>
        <source>{0}: {1} does not lie where {2} lies: both must cover the same pixels, in place and in size.</source>
        <translation>{0}：{1} 与{2}的位置不一致：两者必须覆盖相同的像元，位置和大小都要一致。</translation>
    </message>
    <message>
        <location filename="raster/axes.py"/>
        <source>{0} shows an array that cannot be looked at by its axes</source>
        <translation>{0} 的数组无法按各轴查看</translation>
    </message>
    <message>
        <location filename="raster/axes.py"/>
        <source>{0} has the axes {1}</source>
        <translation>{0} 的轴为 {1}</translation>
    </message>
    <message>
        <location filename="raster/axes.py"/>
        <source>{0} takes {1} for an array with bands first, which it is not: give that instead.</source>
        <translation>{0} 把 {1} 当作波段在前的数组，而它不是：请改为直接给出它。</translation>
    </message>
    <message>
        <location filename="raster/axes.py"/>
        <source>{0}: which of them are lines, samples and bands cannot be told. Convert it to GeoTIFF or ENVI with the sensor's own software, or give a file whose axes have names.</source>
        <translation>{0}：无法判断哪些是行、列和波段。请用传感器自带的软件转换为 GeoTIFF 或 ENVI，或给出各轴有名称的文件。</translation>
    </message>
    <message>
        <location filename="raster/background.py"/>
        <source>{0}: no object of {1} has the status true: tick those to be left out of the background, or give polygons without a field status.</source>
        <translation>{0}：{1} 中没有 status 为 true 的对象：请勾选要从背景中排除的对象，或给出没有 status 字段的多边形。</translation>
    </message>
    <message>
        <location filename="raster/background.py"/>
        <source>The objects in {0} that are ticked true, {1} pixels, are left out of the background; all else belongs to it.</source>
        <translation>{0} 中勾选为 true 的对象（{1} 个像元）已从背景中排除；其余都属于背景。</translation>
    </message>
    <message>
        <location filename="raster/background.py"/>
        <source>the image</source>
        <translation>影像</translation>
    </message>
    <message>
        <location filename="raster/background.py"/>
        <source>{0}: no polygon of {1} covers a pixel of the image: check place and CRS.</source>
        <translation>{0}：{1} 的多边形没有覆盖影像的任何像元：请检查位置和坐标参照系。</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>not a vector file</source>
        <translation>不是矢量文件</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>other things</source>
        <translation>其他内容</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>The output {0} holds {1}, which would be lost: give another name.</source>
        <translation>输出 {0} 含有{1}，会因此丢失：请换一个名称。</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>The output {0} cannot be read</source>
        <translation>输出 {0} 无法读取</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>The output {0} holds {1} objects that somebody has ticked as true or false: give another name.</source>
        <translation>输出 {0} 含有 {1} 个已勾选为 true 或 false 的对象：请换一个名称。</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>The output {0} cannot be written</source>
        <translation>输出 {0} 无法写入</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>The objects of {0} cannot be copied from {1} to {2}</source>
        <translation>{0} 的对象无法从 {1} 复制到 {2}</translation>
    </message>
    <message>
        <location filename="raster/collection.py"/>
        <source>The objects of {0}, {1}, cannot be read</source>
        <translation>{0}（{1}）的对象无法读取</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>GDAL does not say why</source>
        <translation>GDAL 没有说明原因</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>The name of a raster is empty: give a file.</source>
        <translation>栅格的名称为空：请给出文件。</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} holds several rasters: choose one, for example {1}</source>
        <translation>{0} 含有多个栅格：请选择一个，例如 {1}</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} holds no raster bands.</source>
        <translation>{0} 不含栅格波段。</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} was changed{1} while it was read: wait until it is complete, and start again.</source>
        <translation>{0} 在读取时发生了变化{1}：请等它完整后重新开始。</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} is a header without its data: put the whole data file beside it.</source>
        <translation>{0} 是没有数据的头文件：请把完整的数据文件放在它旁边。</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} cannot be opened: its name is not UTF-8, rename it.</source>
        <translation>{0} 无法打开：其名称不是 UTF-8，请重命名。</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} is a device or a pipe: give a file.</source>
        <translation>{0} 是设备或管道：请给出文件。</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} cannot be opened as a raster</source>
        <translation>{0} 无法作为栅格打开</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} is cut short: its header promises {1} bytes, it has {2}; copy the file again.</source>
        <translation>{0} 不完整：其头文件标明 {1} 字节，实有 {2} 字节；请重新复制文件。</translation>
    </message>
    <message>
        <location filename="raster/dataset.py"/>
        <source>{0} has the header offset {1}, which is not a whole number: correct it in the header.</source>
        <translation>{0} 的 header offset 为 {1}，不是整数：请在头文件中更正。</translation>
    </message>
    <message>
        <location filename="raster/description.py"/>
        <source>HDF5 or netCDF</source>
        <translation>HDF5 或 netCDF</translation>
    </message>
    <message>
        <location filename="raster/description.py"/>
        <source>the grid of the sensor</source>
        <translation>传感器的格网</translation>
    </message>
    <message>
        <location filename="raster/description.py"/>
        <source>the image's own grid</source>
        <translation>影像自身的格网</translation>
    </message>
    <message>
        <location filename="raster/description.py"/>
        <source>, grown by {0} pixels</source>
        <translation>，外扩 {0} 个像元</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>Feature {0}</source>
        <translation>要素 {0}</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>{0}: no feature of {1} lies on a pixel of the image: check place and CRS.</source>
        <translation>{0}：{1} 的要素没有一个落在影像的像元上：请检查位置和坐标参照系。</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>{0}: {1} of {2} features lie outside the image.</source>
        <translation>{0}：{2} 个要素中有 {1} 个位于影像之外。</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>The place of the image cannot be understood</source>
        <translation>无法理解影像的位置</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>{0}: {1} holds a {2}: only polygons and points can be used.</source>
        <translation>{0}：{1} 含有{2}：只能使用多边形和点。</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>{0}: the features of {1} cannot be brought to the image's grid</source>
        <translation>{0}：{1} 的要素无法转换到影像的格网</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>a point has no place there</source>
        <translation>有一个点在那里没有位置</translation>
    </message>
    <message>
        <location filename="raster/features.py"/>
        <source>{0}: {1} cannot be brought from its CRS to the image's</source>
        <translation>{0}：{1} 无法从其坐标参照系转换到影像的坐标参照系</translation>
    </message>
    <message>
        <location filename="raster/georeference.py"/>
        <source>The ground control points do not say where pixels lie</source>
        <translation>地面控制点没有说明像元的位置</translation>
    </message>
    <message>
        <location filename="raster/georeference.py"/>
        <source>The CRS cannot be understood</source>
        <translation>无法理解坐标参照系</translation>
    </message>
    <message>
        <location filename="raster/georeference.py"/>
        <source>It cannot be understood</source>
        <translation>无法理解</translation>
    </message>
    <message>
        <location filename="raster/georeference.py"/>
        <source>CRS {0} cannot be understood: give a code such as EPSG:32611, or WKT.</source>
        <translation>无法理解 CRS {0}：请给出代码（如 EPSG:32611）或 WKT。</translation>
    </message>
    <message>
        <location filename="raster/map_cube.py"/>
        <source>There is no room for a working copy of {0}, {1} GB, in {2}: {3}.</source>
        <translation>{2} 中没有空间存放 {0} 的工作副本（{1} GB）：{3}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>VARIABLE: {0} of {1} is no cube of rows x columns x bands; {2}.</source>
        <translation>VARIABLE：{1} 的 {0} 不是行 x 列 x 波段的立方体；{2}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} has no array of rows x columns x bands; it holds {1}.</source>
        <translation>{0} 没有行 x 列 x 波段的数组；其内容为：{1}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} has several cubes, choose one with VARIABLE: {1}.</source>
        <translation>{0} 有多个立方体，请用 VARIABLE 选择一个：{1}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>arrays that do</source>
        <translation>符合的数组</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>TRUTH_VARIABLE: {0} of {1} does not have the {2} rows and {3} columns of {4}; {5}.</source>
        <translation>TRUTH_VARIABLE：{1} 的 {0} 没有 {4} 的 {2} 行 {3} 列；{5}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} has no truth of the {1} rows and {2} columns of {3}: leave OUTPUT_TRUTH empty.</source>
        <translation>{0} 没有与 {3} 同为 {1} 行 {2} 列的真值：请将 OUTPUT_TRUTH 留空。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} has several arrays of {1}'s rows and columns, choose one with TRUTH_VARIABLE: {2}.</source>
        <translation>{0} 有多个与 {1} 行列数相同的数组，请用 TRUTH_VARIABLE 选择一个：{2}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0}: {1} has no variable {2}; it holds {3}.</source>
        <translation>{0}：{1} 没有变量 {2}；其内容为：{3}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0}: {1} of {2} is not an array of real numbers.</source>
        <translation>{0}：{2} 的 {1} 不是实数数组。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} cannot be read: {1}.</source>
        <translation>{0} 无法读取：{1}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} is HDF5 that MATLAB did not write: open it as a raster, without importing.</source>
        <translation>{0} 是并非由 MATLAB 写出的 HDF5：请直接作为栅格打开，无须导入。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>A MATLAB file before v7.3</source>
        <translation>v7.3 之前的 MATLAB 文件</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} of {1} is not an array of real numbers.</source>
        <translation>{1} 的 {0} 不是实数数组。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} cannot be read as a MATLAB file, it is none or is damaged: {1}.</source>
        <translation>{0} 无法作为 MATLAB 文件读取，它不是该类文件或已损坏：{1}。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} is a MATLAB file of v7.3, which needs GDAL's HDF5 driver, and this GDAL has none: save it in MATLAB with the option -v7.</source>
        <translation>{0} 是 v7.3 的 MATLAB 文件，需要 GDAL 的 HDF5 驱动，而此 GDAL 没有：请在 MATLAB 中用选项 -v7 保存。</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0} cannot be read, it may be damaged or cut short</source>
        <translation>{0} 无法读取，可能已损坏或不完整</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>of an unknown class</source>
        <translation>类型未知</translation>
    </message>
    <message>
        <location filename="raster/matlab.py"/>
        <source>{0}, complex or unknown to this GDAL</source>
        <translation>{0}，为复数或此 GDAL 不支持</translation>
    </message>
    <message>
        <location filename="raster/polygons.py"/>
        <source>The extension of the output {0} is not known: use .gpkg (GeoPackage), .geojson, .shp, .csv or another vector format of GDAL.</source>
        <translation>输出 {0} 的扩展名未知：请使用 .gpkg（GeoPackage）、.geojson、.shp、.csv 或 GDAL 的其他矢量格式。</translation>
    </message>
    <message>
        <location filename="raster/polygons.py"/>
        <source>The output {0} holds {1} layers, which would be lost: give a file of its own for the objects.</source>
        <translation>输出 {0} 含有 {1} 个图层，会因此丢失：请为对象给出单独的文件。</translation>
    </message>
    <message>
        <location filename="raster/polygons.py"/>
        <source>The objects cannot be traced</source>
        <translation>无法勾画对象的轮廓</translation>
    </message>
    <message>
        <location filename="raster/products/aviris.py"/>
        <source>surface reflectance</source>
        <translation>地表反射率</translation>
    </message>
    <message>
        <location filename="raster/products/aviris.py"/>
        <source>It brings no masks: clouds are not left out.</source>
        <translation>它不带掩膜：云没有被去掉。</translation>
    </message>
    <message>
        <location filename="raster/products/aviris.py"/>
        <source>{0} does not say in which CRS it lies: it is damaged, or of another version.</source>
        <translation>{0} 没有说明坐标参照系：它已损坏，或属于另一版本。</translation>
    </message>
    <message>
        <location filename="raster/products/aviris.py"/>
        <source>{0} has {1} northings and {2} eastings for {3} rows and {4} columns: it is damaged.</source>
        <translation>{0} 有 {1} 个北坐标和 {2} 个东坐标，对应 {3} 行 {4} 列：它已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/base.py"/>
        <source>{0} has two overlapping wavelength grids, {1} to {2} nm and {3} to {4} nm, of which neither goes on where the other ends: its metadata cannot be right.</source>
        <translation>{0} 有两套重叠的波长格网（{1} 至 {2} nm 和 {3} 至 {4} nm），而任一套都不能衔接另一套：其元数据不可能正确。</translation>
    </message>
    <message>
        <location filename="raster/products/base.py"/>
        <source>Both detectors measure {0} to {1} nm: there the {2} bands of the first (VNIR), near the end of its sensitivity, are left out.</source>
        <translation>两个探测器都测量 {0} 至 {1} nm：此处去掉第一个探测器（VNIR）接近灵敏度边缘的 {2} 个波段。</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} cannot be opened, it may be damaged or cut short: download it again</source>
        <translation>{0} 无法打开，可能已损坏或不完整：请重新下载</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} has no {1}: it is not a whole product, download it again.</source>
        <translation>{0} 没有 {1}：不是完整的产品，请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} in {1} cannot be read</source>
        <translation>{1} 中的 {0} 无法读取</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0}: {1} does not hold numbers.</source>
        <translation>{0}：{1} 中不是数字。</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} is neither HDF5 nor netCDF.</source>
        <translation>{0} 既不是 HDF5 也不是 netCDF。</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} is cut short: it promises {1} bytes and has {2}; download it again.</source>
        <translation>{0} 不完整：应有 {1} 字节，实有 {2} 字节；请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} holds {1} rows, {2} columns and {3} bands, which cannot be right.</source>
        <translation>{0} 含有 {1} 行、{2} 列和 {3} 个波段，这不可能正确。</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} holds numbers of type {1}: only real numbers can be used.</source>
        <translation>{0} 中的数字类型为 {1}：只能使用实数。</translation>
    </message>
    <message>
        <location filename="raster/products/container.py"/>
        <source>{0} in {1} is {2}, and not an image of the {3} bands that the product lists: it is damaged, or of another version.</source>
        <translation>{1} 中的 {0} 是 {2}，而不是产品所列 {3} 个波段的影像：它已损坏，或属于另一版本。</translation>
    </message>
    <message>
        <location filename="raster/products/desis.py"/>
        <source>radiance at the sensor, orthorectified</source>
        <translation>传感器处辐亮度（已正射校正）</translation>
    </message>
    <message>
        <location filename="raster/products/desis.py"/>
        <source>{0} is of the processing level {1}, of DESIS L2A and L1C are read: order one of these.</source>
        <translation>{0} 的处理级别为 {1}；DESIS 可读取 L2A 和 L1C：请订购其中之一。</translation>
    </message>
    <message>
        <location filename="raster/products/desis.py"/>
        <source>{0} describes a DESIS image that does not lie beside it: put {1}-SPECTRAL_IMAGE.tif there.</source>
        <translation>{0} 描述的 DESIS 影像不在它旁边：请把 {1}-SPECTRAL_IMAGE.tif 放在那里。</translation>
    </message>
    <message>
        <location filename="raster/products/desis.py"/>
        <source>{0} is a DESIS image without its header and {1}-METADATA.xml: wavelengths and scale are unknown.</source>
        <translation>{0} 是 DESIS 影像，但缺少头文件和 {1}-METADATA.xml：波长和比例因子未知。</translation>
    </message>
    <message>
        <location filename="raster/products/desis.py"/>
        <source>No {0}-QL_QUALITY-2.tif lies beside the image: clouds are not left out.</source>
        <translation>影像旁没有 {0}-QL_QUALITY-2.tif：云没有被去掉。</translation>
    </message>
    <message>
        <location filename="raster/products/desis.py"/>
        <source>{0} does not describe the {1} bands of its image: they are not of one product.</source>
        <translation>{0} 与其影像的 {1} 个波段不符：它们不属于同一产品。</translation>
    </message>
    <message>
        <location filename="raster/products/desis.py"/>
        <source>{0} describes {1} bands, its image has {2}: they are not of one product.</source>
        <translation>{0} 描述了 {1} 个波段，其影像有 {2} 个：它们不属于同一产品。</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>radiance at the sensor</source>
        <translation>传感器处辐亮度</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>cloud flag</source>
        <translation>云标记</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>spectf-cloud flag</source>
        <translation>SpecTf 云标记</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>dilated cloud flag</source>
        <translation>外扩云标记</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>cirrus flag</source>
        <translation>卷云标记</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>spacecraft flag</source>
        <translation>航天器标记</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>not a good wavelength</source>
        <translation>不是可用波长</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>No EMIT_L2A_MASK file of its time lies beside it: clouds are not left out.</source>
        <translation>旁边没有同一时间的 EMIT_L2A_MASK 文件：云没有被去掉。</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>It is scored on the grid of the sensor; scores are laid on its map grid.</source>
        <translation>在传感器格网上打分；得分再放到其地图格网上。</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>{0} has no geolocation ({1}): scores could not be laid on a map, download it again.</source>
        <translation>{0} 没有地理定位（{1}）：得分无法放到地图上，请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>The lookup (GLT) in {0} leads beyond its {1} rows and {2} columns: it is damaged.</source>
        <translation>{0} 中的查找表（GLT）超出了其 {1} 行 {2} 列：它已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/emit.py"/>
        <source>The mask {0} has {1} rows and {2} columns, its image {3} and {4}: they are not of one product, download it again.</source>
        <translation>掩膜 {0} 有 {1} 行 {2} 列，其影像有 {3} 行 {4} 列：它们不属于同一产品，请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>{0} describes an EnMAP image that does not lie beside it: put {1}-SPECTRAL_IMAGE.TIF there.</source>
        <translation>{0} 描述的 EnMAP 影像不在它旁边：请把 {1}-SPECTRAL_IMAGE.TIF 放在那里。</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>{0} is an EnMAP image without its {1}-METADATA.XML: wavelengths, bad bands and scale are those of the file, if it has any.</source>
        <translation>{0} 是 EnMAP 影像，但缺少 {1}-METADATA.XML：波长、坏波段和比例因子以文件所含为准（如果有）。</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>{0} is of EnMAP's level L1B, whose two detectors are not registered to each other: use L1C or L2A.</source>
        <translation>{0} 属于 EnMAP 的 L1B 级，其两个探测器没有相互配准：请使用 L1C 或 L2A。</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>{0} is of the processing level {1}, of EnMAP L2A and L1C are read: order one of these.</source>
        <translation>{0} 的处理级别为 {1}；EnMAP 可读取 L2A 和 L1C：请订购其中之一。</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>Masks of the product that do not lie beside the image ({0}-QL_QUALITY_…): {1}; such pixels are not left out.</source>
        <translation>产品的以下掩膜不在影像旁（{0}-QL_QUALITY_…）：{1}；这些像元没有被去掉。</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>0 in all bands</source>
        <translation>所有波段为 0</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>EnMAP HSI</source>
        <translation>EnMAP HSI</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>{0} does not give a wavelength for every band: download it again.</source>
        <translation>{0} 没有给出每个波段的波长：请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>without data, by the metadata</source>
        <translation>无数据（据元数据）</translation>
    </message>
    <message>
        <location filename="raster/products/enmap.py"/>
        <source>measured by both detectors</source>
        <translation>两个探测器都测量</translation>
    </message>
    <message>
        <location filename="raster/products/envi_header.py"/>
        <source>wavelength units</source>
        <translation>wavelength units</translation>
    </message>
    <message>
        <location filename="raster/products/envi_header.py"/>
        <source>marked bad</source>
        <translation>标为坏</translation>
    </message>
    <message>
        <location filename="raster/products/envi_header.py"/>
        <source>data gain values</source>
        <translation>data gain values</translation>
    </message>
    <message>
        <location filename="raster/products/envi_header.py"/>
        <source>data offset values</source>
        <translation>data offset values</translation>
    </message>
    <message>
        <location filename="raster/products/envi_header.py"/>
        <source>data ignore value</source>
        <translation>data ignore value</translation>
    </message>
    <message>
        <location filename="raster/products/files.py"/>
        <source>{0} is not named as its product is.</source>
        <translation>{0} 的命名不符合其产品。</translation>
    </message>
    <message>
        <location filename="raster/products/files.py"/>
        <source>{0} cannot be read: check its permissions.</source>
        <translation>{0} 无法读取：请检查其权限。</translation>
    </message>
    <message>
        <location filename="raster/products/files.py"/>
        <source>{0} is too large to be metadata: more than {1} MiB.</source>
        <translation>{0} 作为元数据过大：超过 {1} MiB。</translation>
    </message>
    <message>
        <location filename="raster/products/files.py"/>
        <source>{0} declares a document type, which no metadata needs: it is not read.</source>
        <translation>{0} 声明了文档类型，元数据不需要它：不予读取。</translation>
    </message>
    <message>
        <location filename="raster/products/files.py"/>
        <source>{0} is not XML that can be read: {1}.</source>
        <translation>{0} 不是可读取的 XML：{1}。</translation>
    </message>
    <message>
        <location filename="raster/products/files.py"/>
        <source>The mask {0} has {1} bands, band {2} is needed.</source>
        <translation>掩膜 {0} 有 {1} 个波段，而需要第 {2} 波段。</translation>
    </message>
    <message>
        <location filename="raster/products/masking.py"/>
        <source>ALLOW must be one or more of {0}; got {1}.</source>
        <translation>ALLOW 必须是 {0} 中的一个或多个；给出的是 {1}。</translation>
    </message>
    <message>
        <location filename="raster/products/masking.py"/>
        <source>marked in more than {0} of the pixels</source>
        <translation>在超过 {0} 的像元中被标记</translation>
    </message>
    <message>
        <location filename="raster/products/masking.py"/>
        <source>The masks of {0} leave {1} of {2} pixels with data ({3}): let some of them in with ALLOW.</source>
        <translation>{0} 的掩膜在 {2} 个有数据的像元中只留下 {1} 个（{3}）：请用 ALLOW 放行其中一些。</translation>
    </message>
    <message>
        <location filename="raster/products/masking.py"/>
        <source>Left out by the product's masks, {0} of {1} pixels with data: {2}.</source>
        <translation>产品的掩膜去掉了 {1} 个有数据像元中的 {0} 个：{2}。</translation>
    </message>
    <message>
        <location filename="raster/products/neon.py"/>
        <source>The Scale_Factor in {0} is {1}: it is damaged.</source>
        <translation>{0} 中的 Scale_Factor 为 {1}：它已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/neon.py"/>
        <source>NEON AOP</source>
        <translation>NEON AOP</translation>
    </message>
    <message>
        <location filename="raster/products/neon.py"/>
        <source>NEON imaging spectrometer, site {0}</source>
        <translation>NEON 成像光谱仪，站点 {0}</translation>
    </message>
    <message>
        <location filename="raster/products/neon.py"/>
        <source>It brings no mask of clouds: see the weather of its flight lines.</source>
        <translation>它不带云掩膜：请查看其航带的天气情况。</translation>
    </message>
    <message>
        <location filename="raster/products/neon.py"/>
        <source>water vapor, by the file</source>
        <translation>水汽（据文件）</translation>
    </message>
    <message>
        <location filename="raster/products/neon.py"/>
        <source>{0} does not say where it lies ({1}/Map_Info and EPSG Code): download it again.</source>
        <translation>{0} 没有说明其位置（{1}/Map_Info 和 EPSG Code）：请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/neon.py"/>
        <source>{0} is turned on its map ({1}), which is not read: use a tile (L3).</source>
        <translation>{0} 在其地图上是旋转的（{1}），不予读取：请使用分幅产品（L3）。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>{0} is of the processing level {1}, of PRISMA L2D is read: order that.</source>
        <translation>{0} 的处理级别为 {1}；PRISMA 可读取 L2D：请订购它。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>L2Scale{0}Min</source>
        <translation>L2Scale{0}Min</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>L2Scale{0}Max</source>
        <translation>L2Scale{0}Max</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>The error matrix in {0} has {1} rows and {2} columns, its image {3} and {4}: it is damaged, download it again.</source>
        <translation>{0} 中的误差矩阵有 {1} 行 {2} 列，其影像有 {3} 行 {4} 列：它已损坏，请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>It holds no error matrices: saturated and bad values are not left out.</source>
        <translation>它不含误差矩阵：饱和值和坏值没有被去掉。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>PRISMA L2D has no mask of clouds: give a BACKGROUND region, or look at the brightest objects first.</source>
        <translation>PRISMA L2D 没有云掩膜：请给出 BACKGROUND 区域，或先查看最亮的对象。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>{0} lists {1} wavelengths of {2} and {3} widths: it is damaged.</source>
        <translation>{0} 列出了 {2} 的 {1} 个波长和 {3} 个带宽：它已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>{0} has no geolocation ({1}), which tells its rows from its columns: download it again.</source>
        <translation>{0} 没有地理定位（{1}），无法区分行与列：请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>The detectors in {0} have {1} and {2} rows and columns: it is damaged.</source>
        <translation>{0} 中两个探测器的行列数为 {1} 和 {2}：它已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>Product_{0}corner_easting</source>
        <translation>Product_{0}corner_easting</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>Product_{0}corner_northing</source>
        <translation>Product_{0}corner_northing</translation>
    </message>
    <message>
        <location filename="raster/products/prisma.py"/>
        <source>The corners in {0} do not suit its {1} rows and {2} columns, pixels would be {3} x {4}: it is damaged, or of another version.</source>
        <translation>{0} 中的角点与其 {1} 行 {2} 列不符，像元将为 {3} x {4}：它已损坏，或属于另一版本。</translation>
    </message>
    <message>
        <location filename="raster/products/sidecar.py"/>
        <source>{0} has no header or XML beside it.</source>
        <translation>{0} 旁边没有头文件或 XML。</translation>
    </message>
    <message>
        <location filename="raster/products/sidecar.py"/>
        <source>Wavelengths are those in {0}.</source>
        <translation>波长取自 {0}。</translation>
    </message>
    <message>
        <location filename="raster/products/sidecar.py"/>
        <source>{0} does not describe the {1} bands of {2}: it is not used.</source>
        <translation>{0} 与 {2} 的 {1} 个波段不符：不予使用。</translation>
    </message>
    <message>
        <location filename="raster/products/swath.py"/>
        <source>The geolocation of {0} cannot be brought to its map</source>
        <translation>{0} 的地理定位无法转换到其地图</translation>
    </message>
    <message>
        <location filename="raster/products/swath.py"/>
        <source>No pixel of {0} lies on the map that it names: its geolocation is damaged.</source>
        <translation>{0} 没有任何像元落在它所指的地图上：其地理定位已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>It has no mask of {0}: that is not left out.</source>
        <translation>它没有 {0} 掩膜：这类像元没有被去掉。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>The mask {0} in {1} has {2} pixels, its image {3} x {4}: it is damaged, download it again.</source>
        <translation>{1} 中的掩膜 {0} 有 {2} 个像元，其影像为 {3} x {4}：它已损坏，请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>HDFEOS INFORMATION/StructMetadata.0</source>
        <translation>HDFEOS INFORMATION/StructMetadata.0</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>{0} does not say where its grid lies (StructMetadata.0): it is not a whole product, download it again.</source>
        <translation>{0} 没有说明其格网的位置（StructMetadata.0）：不是完整的产品，请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>{0} tells of {1} rows and {2} columns and has {3} and {4}: it is damaged.</source>
        <translation>{0} 标明 {1} 行 {2} 列，实有 {3} 行 {4} 列：它已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>{0} does not say in which CRS it lies (epsg_code): download it again.</source>
        <translation>{0} 没有说明坐标参照系（epsg_code）：请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>{0} has no geolocation ({1}/{2}): scores could not be laid on a map, download it again.</source>
        <translation>{0} 没有地理定位（{1}/{2}）：得分无法放到地图上，请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>{0} does not say on which grid its map lies ({1}): download it again.</source>
        <translation>{0} 没有说明其地图所在的格网（{1}）：请重新下载。</translation>
    </message>
    <message>
        <location filename="raster/products/tanager.py"/>
        <source>The geolocation in {0} has {1} rows, its image {2}: it is damaged.</source>
        <translation>{0} 中的地理定位有 {1} 行，其影像有 {2} 行：它已损坏。</translation>
    </message>
    <message>
        <location filename="raster/products/wyvern.py"/>
        <source>No {0}_data_mask.tiff lies beside the image: clouds are not left out.</source>
        <translation>影像旁没有 {0}_data_mask.tiff：云没有被去掉。</translation>
    </message>
    <message>
        <location filename="raster/products/wyvern.py"/>
        <source>data mask</source>
        <translation>数据掩膜</translation>
    </message>
    <message>
        <location filename="raster/products/wyvern.py"/>
        <source>Wyvern Dragonette</source>
        <translation>Wyvern Dragonette</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>{0} has 1 band: anomaly detection on spectra needs at least 2.</source>
        <translation>{0} 有 1 个波段：光谱异常检测至少需要 2 个。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>a mask</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>nodata throughout</source>
        <translation>全部为 nodata</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>Parts of {0} are not on this machine and are fetched again in every pass, three times or more: gdal_translate makes a copy of it that is.</source>
        <translation>{0} 的某些部分不在本机上，每次遍历都要重新获取，至少三次：可用 gdal_translate 在本机制作一份副本。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>{0} is stored in blocks of {1} rows, which take {2} MB unpacked: more than GDAL keeps, so they are unpacked several times; the environment variable GDAL_CACHEMAX={3} makes reading faster.</source>
        <translation>{0} 以每块 {1} 行存储，解压后占 {2} MB，超过 GDAL 的缓存，因此会多次解压；设置环境变量 GDAL_CACHEMAX={3} 可加快读取。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>Radiance, not reflectance: RX minds it little where the atmosphere is one over the scene; detectors that compare spectra as they are (CRD, nearest neighbors, attribute filter) depend on it.</source>
        <translation>这是辐亮度而不是反射率：若整个场景的大气一致，RX 几乎不受影响；直接比较光谱的检测器（CRD、最近邻、属性滤波）则会受影响。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>BANDS: {0} has bands 1 to {1}; there is no {2}.</source>
        <translation>BANDS：{0} 的波段为 1 至 {1}；没有 {2}。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>At least 2 bands are needed; {0} leaves {1} of those asked for{2}.</source>
        <translation>至少需要 2 个波段；{0} 在所要求的波段中只留下 {1} 个{2}。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>{0} has {1} pixels that are valid in all {2} bands used, at least 2 are needed; band {3} has the fewest, {4}: leave such bands out with BANDS.</source>
        <translation>{0} 有 {1} 个像元在所用的全部 {2} 个波段上有效，至少需要 2 个；第 {3} 波段最少，为 {4}：请用 BANDS 去掉这样的波段。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>The values of {0} of {1} differ by less than a 4096th of their size, and images are computed with 7 digits: the scores may be far off. Give the bands offsets (gdal_translate -a_offset) so that their values lie about 0.</source>
        <translation>{1} 的 {0} 数值差异不到其大小的 1/4096，而影像以 7 位有效数字计算：得分可能偏差很大。请给波段设置偏移（gdal_translate -a_offset），使其数值在 0 附近。</translation>
    </message>
    <message>
        <location filename="raster/reader.py"/>
        <source>Bands not used, {0} of {1}: {2}.</source>
        <translation>未使用的波段，{1} 个中有 {0} 个：{2}。</translation>
    </message>
    <message>
        <location filename="raster/remote.py"/>
        <source>{0} cannot be read: check the address, and whether you may read it.</source>
        <translation>{0} 无法读取：请检查地址，以及您是否有读取权限。</translation>
    </message>
    <message>
        <location filename="raster/remote.py"/>
        <source>Fetching {0}, {1} MB.</source>
        <translation>正在获取 {0}，{1} MB。</translation>
    </message>
    <message>
        <location filename="raster/remote.py"/>
        <source>{0} has {1} GB and is fetched before it is read, but the folder for temporary files has room for {2} GB: set TMPDIR to a folder on a larger disk.</source>
        <translation>{0} 有 {1} GB，读取之前要先获取，而临时文件夹只有 {2} GB 的空间：请把 TMPDIR 设为更大磁盘上的文件夹。</translation>
    </message>
    <message>
        <location filename="raster/remote.py"/>
        <source>{0} could not be fetched whole</source>
        <translation>{0} 无法完整获取</translation>
    </message>
    <message>
        <location filename="raster/remote.py"/>
        <source>{0}: it cannot be opened.</source>
        <translation>{0}：无法打开。</translation>
    </message>
    <message>
        <location filename="raster/remote.py"/>
        <source>{0}: {1} of {2} bytes are missing, try again.</source>
        <translation>{0}：缺少 {2} 字节中的 {1} 字节，请重试。</translation>
    </message>
    <message>
        <location filename="raster/remote.py"/>
        <source>{0} cannot be kept in the folder for temporary files: {1}.</source>
        <translation>{0} 无法保存在临时文件夹中：{1}。</translation>
    </message>
    <message>
        <location filename="raster/rows.py"/>
        <source>{0} cannot be read at rows {1} to {2}, it may be damaged or cut short</source>
        <translation>{0} 的第 {1} 至 {2} 行无法读取，可能已损坏或不完整</translation>
    </message>
    <message>
        <location filename="raster/rows.py"/>
        <source>The mask of {0} cannot be read</source>
        <translation>{0} 的掩膜无法读取</translation>
    </message>
    <message>
        <location filename="raster/sample_scene.py"/>
        <source>1 = at least {0} target material</source>
        <translation>1 = 目标材料至少占 {0}</translation>
    </message>
    <message>
        <location filename="raster/score_map.py"/>
        <source>{0} has {1} bands: a score layer has one. Run a detector on it first.</source>
        <translation>{0} 有 {1} 个波段：得分图层只有一个波段。请先在其上运行检测器。</translation>
    </message>
    <message>
        <location filename="raster/score_map.py"/>
        <source>The scores of {0} cannot be told apart as 32-bit numbers: rescale them, for instance to 0..1, with the raster calculator.</source>
        <translation>{0} 的得分作为 32 位数无法区分：请用栅格计算器重新缩放，例如到 0..1。</translation>
    </message>
    <message>
        <location filename="raster/score_map.py"/>
        <source>anomaly mask</source>
        <translation>异常掩膜</translation>
    </message>
    <message>
        <location filename="raster/truth.py"/>
        <source>The truth {0} has one class: anomalies (not 0) and background (0) are needed.</source>
        <translation>真值 {0} 只有一类：需要异常（不为 0）和背景（0）。</translation>
    </message>
    <message>
        <location filename="raster/truth.py"/>
        <source>{0}: {1} has {2} bands: that is an image; a truth raster has one, not 0 where there is an anomaly.</source>
        <translation>{0}：{1} 有 {2} 个波段：那是影像；真值栅格只有一个波段，异常处不为 0。</translation>
    </message>
    <message>
        <location filename="raster/truth.py"/>
        <source>the score layer</source>
        <translation>得分图层</translation>
    </message>
    <message>
        <location filename="raster/truth.py"/>
        <source>{0}: no object of {1} has the status true: tick what is known to be an anomaly, or give polygons without a field status.</source>
        <translation>{0}：{1} 中没有 status 为 true 的对象：请勾选已知为异常的对象，或给出没有 status 字段的多边形。</translation>
    </message>
    <message>
        <location filename="raster/truth.py"/>
        <source>{0}: no polygon of {1} covers a pixel of the score layer: check place and CRS.</source>
        <translation>{0}：{1} 的多边形没有覆盖得分图层的任何像元：请检查位置和坐标参照系。</translation>
    </message>
    <message>
        <location filename="raster/vector.py"/>
        <source>{0}: {1} is a device or a pipe: give a file.</source>
        <translation>{0}：{1} 是设备或管道：请给出文件。</translation>
    </message>
    <message>
        <location filename="raster/vector.py"/>
        <source>{0}: {1} cannot be opened as {2}</source>
        <translation>{0}：{1} 无法作为{2}打开</translation>
    </message>
    <message>
        <location filename="raster/vector.py"/>
        <source>{0}: {1} has no such layer; it has {2}.</source>
        <translation>{0}：{1} 没有这样的图层；其图层为 {2}。</translation>
    </message>
    <message>
        <location filename="raster/vector.py"/>
        <source>{0}: the filter {1} does not suit {2}</source>
        <translation>{0}：过滤条件 {1} 不适用于 {2}</translation>
    </message>
    <message>
        <location filename="raster/writer.py"/>
        <source>The extension of the output {0} is not known: use {1}.</source>
        <translation>输出 {0} 的扩展名未知：请使用 {1}。</translation>
    </message>
    <message>
        <location filename="raster/writer.py"/>
        <source>there is no room, or it is not permitted</source>
        <translation>没有空间，或没有权限</translation>
    </message>
    <message>
        <location filename="raster/writer.py"/>
        <source>The output {0} cannot be written: there is no room for its metadata.</source>
        <translation>输出 {0} 无法写入：没有空间存放其元数据。</translation>
    </message>
    <message>
        <location filename="style/objects.py"/>
        <source>not looked at yet</source>
        <translation>尚未查看</translation>
    </message>
    <message>
        <location filename="style/objects.py"/>
        <source>true: a target</source>
        <translation>true：目标</translation>
    </message>
    <message>
        <location filename="style/objects.py"/>
        <source>false alarm</source>
        <translation>虚警</translation>
    </message>
    <message>
        <location filename="style/scores.py"/>
        <source>about the {0}</source>
        <translation>约{0}</translation>
    </message>
    <message>
        <location filename="tools/base.py"/>
        <source>From scores to decisions</source>
        <translation>从得分到决策</translation>
    </message>
    <message>
        <location filename="tools/base.py"/>
        <source>Evaluation</source>
        <translation>评价</translation>
    </message>
    <message>
        <location filename="tools/base.py"/>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <location filename="tools/base.py"/>
        <source>Environment</source>
        <translation>环境</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Anomalous change</source>
        <translation>异常变化</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Scores what changed between two images of one place in a way of its own: the pair of spectra is rare, though each alone may be common. What changed everywhere (light, season, haze, calibration) is learned from the images and does not count. Both must lie on the same pixels; bands and units may differ. Residual misregistration up to SHIFT pixels is forgiven. The score can be negative: 0 and below is what goes together as usual.</source>
        <translation>对同一地点的两幅影像中以特有方式发生的变化打分：光谱对是少见的，尽管各自可能很常见。到处都发生的变化（光照、季节、霾、定标）从影像中学得，不计入。两幅影像必须位于相同的像元上；波段和单位可以不同。不超过 SHIFT 像元的残余配准误差可以容忍。得分可以为负：0 及以下表示与通常的搭配一致。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Pixels valid at both dates</source>
        <translation>两个日期都有效的像元</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Bands used, of both dates together</source>
        <translation>使用的波段（两个日期合计）</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Before</source>
        <translation>变化前</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>The image of the first date: GeoTIFF, ENVI or any other format of GDAL.</source>
        <translation>第一个日期的影像：GeoTIFF、ENVI 或 GDAL 的其他格式。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>After</source>
        <translation>变化后</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>The image of the second date, on the same pixels: as many rows and columns, at the same place. Its bands may be others.</source>
        <translation>第二个日期的影像，位于相同的像元上：行列数相同，位置相同。波段可以不同。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>hyperbolic treats both dates alike, and leaves out what is rare at one date alone. chronochrome predicts the second date from the first and scores what the prediction misses; what is rare at the second date scores high too, changed or not.</source>
        <translation>hyperbolic 对两个日期一视同仁，排除只在某一日期少见的内容。chronochrome 由第一个日期预测第二个日期，对预测不到的内容打分；在第二个日期少见的内容无论是否变化都会得分高。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>How the covariance of both dates is kept invertible. ledoitwolf shrinks it by the amount the data call for and is best untuned; ridge adds 1e-4 of the mean band variance; none is the published method (pseudo-inverse where the covariance is singular).</source>
        <translation>如何保证两个日期的协方差可逆。ledoitwolf 按数据所需的程度收缩，不调参时最佳；ridge 给每个波段加上平均波段方差的 1e-4；none 为论文中的方法（协方差奇异时用伪逆）。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Shift</source>
        <translation>位移</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>By how much the dates may lie apart. The least score over all shifts up to so many pixels is taken, first of one date, then of the other, and the larger of the two, so that small objects are kept that are there at one date only. 0 for exactly registered images; each step more takes longer and hides more real change.</source>
        <translation>两个日期之间可以相差多少像元。在不超过该像元数的所有位移中取最小得分，先移一个日期，再移另一个，取两者中较大的，使只在一个日期出现的小对象得以保留。精确配准的影像用 0；每增加一步都更耗时，也会掩盖更多真实变化。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Where it is learned what usually goes together: polygons, or a raster of the same size in which it is not 0. Every pixel is scored all the same. The whole image by default; leave out large real changes.</source>
        <translation>在何处学习通常的搭配：多边形，或同样大小且在该处不为 0 的栅格。所有像元仍会打分。默认为整幅影像；请避开大片的真实变化。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>Change scores</source>
        <translation>变化得分</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>The change scores, float32, larger = more anomalous change; NaN where a date has no data. GeoTIFF (.tif) or ENVI (.img, .dat). A style (.qml) and the record of the run (.json) are written beside it.</source>
        <translation>变化得分，float32，越大变化越异常；任一日期无数据处为 NaN。GeoTIFF（.tif）或 ENVI（.img、.dat）。旁边会写出样式（.qml）和运行记录（.json）。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>run record</source>
        <translation>运行记录</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>change: BEFORE and AFTER are both {0}: give two dates.</source>
        <translation>change：BEFORE 和 AFTER 都是 {0}：请给出两个日期。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>{0} has {1} rows and {2} columns, {3} has {4} and {5}: bring both to the same pixels first, for example with gdalwarp.</source>
        <translation>{0} 有 {1} 行 {2} 列，{3} 有 {4} 行 {5} 列：请先把两者转换到相同的像元上，例如用 gdalwarp。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>{0} does not lie where {1} lies: bring both to the same pixels first, for example with gdalwarp.</source>
        <translation>{0} 与 {1} 的位置不一致：请先把两者转换到相同的像元上，例如用 gdalwarp。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>{0} rows, {1} columns; {2} bands used before, {3} after; {4} pixels valid at both dates ({5} %).</source>
        <translation>{0} 行，{1} 列；变化前使用 {2} 个波段，变化后使用 {3} 个；两个日期都有效的像元 {4} 个（{5} %）。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>What goes together is learned from {0} pixels.</source>
        <translation>从 {0} 个像元学习通常的搭配。</translation>
    </message>
    <message>
        <location filename="tools/change.py"/>
        <source>anomalous change score, {0}</source>
        <translation>异常变化得分，{0}</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Collect objects of many scenes</source>
        <translation>汇集多个场景的对象</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Brings together what the command run-many found in many scenes: one GeoPackage with a layer of all objects, whose field scene says where each is from, and a table of the scenes with what became of them. Ranks and scores are those within a scene; compare objects of different scenes by their p-value. Can be run while scenes are still worked on.</source>
        <translation>汇集命令 run-many 在多个场景中的发现：一个 GeoPackage，其中一个图层含有全部对象，字段 scene 说明各对象来自何处；另有一张场景表说明各场景的结果。名次和得分只在各自场景内有意义；比较不同场景的对象请用 p 值。场景仍在处理时也可以运行。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Objects</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Scenes in the table</source>
        <translation>表中的场景</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Scenes that failed</source>
        <translation>失败的场景</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>The folder that run-many wrote to.</source>
        <translation>run-many 写入的文件夹。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>The GeoPackage: layer objects, table scenes. An earlier one is replaced, unless objects in it have been ticked.</source>
        <translation>GeoPackage：图层 objects，表 scenes。原有文件会被替换，除非其中的对象已被勾选。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Coordinate reference system</source>
        <translation>坐标参照系</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>Of the layer, such as EPSG:3035. Empty: that of the scenes where all have the same, else longitude and latitude (EPSG:4326). The fields x and y stay in the CRS of the scene.</source>
        <translation>图层的坐标参照系，如 EPSG:3035。留空：各场景相同时用场景的，否则用经纬度（EPSG:4326）。字段 x 和 y 保持场景的坐标参照系。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>The output {0} must be a GeoPackage, whose name ends in .gpkg.</source>
        <translation>输出 {0} 必须是 GeoPackage，名称以 .gpkg 结尾。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>The objects of {0} scenes are gone: {1}.</source>
        <translation>{0} 个场景的对象已不存在：{1}。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>{0} scenes have no coordinate reference system, so that their objects have no outlines here: {1}.</source>
        <translation>{0} 个场景没有坐标参照系，因此其对象在此没有轮廓：{1}。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>The folder {0} does not exist: give the one that run-many wrote to.</source>
        <translation>文件夹 {0} 不存在：请给出 run-many 写入的文件夹。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>The folder {0} holds no scene: give the one that run-many wrote to.</source>
        <translation>文件夹 {0} 中没有场景：请给出 run-many 写入的文件夹。</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>No scene in {0} is done; the most frequent reason is: {1}</source>
        <translation>{0} 中没有场景已完成；最常见的原因是：{1}</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>, {0} of which failed</source>
        <translation>，其中 {0} 个失败</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>no CRS</source>
        <translation>没有坐标参照系</translation>
    </message>
    <message>
        <location filename="tools/collect.py"/>
        <source>{0} objects of {1} scenes{2}, in {3}.</source>
        <translation>{1} 个场景的 {0} 个对象{2}，坐标参照系为 {3}。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Compare score maps</source>
        <translation>比较得分图</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Shows where several score maps of one scene agree: maps side by side on one color scale of ranks, rank correlations, overlap of the alarms at an equal rate, members of each other's top 100; with a truth raster ROC curves in one plot and their figures. Give two or more score layers, or one hyperspectral raster with DETECTORS, which are then run on it with their default parameters. Agreement is no proof: detectors of one family share their mistakes.</source>
        <translation>显示同一场景的多幅得分图在何处一致：以同一排名色标并排显示各图、秩相关、相同比率下告警的重叠、彼此前 100 名中的成员；给出真值栅格时还有同一图中的 ROC 曲线及其指标。请给出两个或更多得分图层，或一个高光谱栅格加 DETECTORS（以默认参数在其上运行）。一致并不是证明：同一类的检测器会犯同样的错误。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Number of maps compared</source>
        <translation>比较的图数</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Pixels with a score in every map</source>
        <translation>在每幅图中都有得分的像元</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Lowest rank correlation of two maps</source>
        <translation>两幅图之间最低的秩相关</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Lowest overlap of the alarms of two maps</source>
        <translation>两幅图之间最低的告警重叠</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Score maps</source>
        <translation>得分图</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Two or more score layers on one grid; or, with DETECTORS, one hyperspectral raster.</source>
        <translation>同一格网上的两个或更多得分图层；或与 DETECTORS 一起给出的一个高光谱栅格。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Detectors to run on the one raster given, with their default parameters; two or more. Leave empty to compare score layers. To compare other settings, run the detectors first and give their score layers.</source>
        <translation>在给出的一个栅格上以默认参数运行的检测器；两个或更多。留空则比较得分图层。要比较其他设置，请先运行检测器，再给出其得分图层。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Truth</source>
        <translation>真值</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Where the anomalies are known to be; adds ROC curves and their figures. Either a raster on the same grid, of whose first band 0 is background and all else anomaly; nodata is neither, unless 0 is the nodata value. Or polygons: anomalies inside, background outside; objects with a field status count as they are ticked.</source>
        <translation>已知异常的位置；会增加 ROC 曲线及其指标。可以是同一格网上的栅格，其第一波段为 0 的是背景，其余为异常；nodata 两者都不是，除非 nodata 值为 0。也可以是多边形：内部为异常，外部为背景；带 status 字段的对象按勾选计。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Rate</source>
        <translation>比率</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Share of the pixels to flag in each map for the overlap of alarms: about the false-alarm rate, since few pixels are anomalies. At least one pixel is flagged.</source>
        <translation>为计算告警重叠，在每幅图中标记的像元比例：因异常很少，约等于虚警率。至少标记一个像元。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>The figures as a table, one a line: figure, map, other map, value.</source>
        <translation>指标表，每行一个：指标、图、另一幅图、数值。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>One self-contained file: maps, matrices, and with truth curves and figures.</source>
        <translation>一个独立的文件：各图、矩阵，有真值时还有曲线和指标。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>compare: SCORES must be two or more score layers, or one hyperspectral raster with DETECTORS.</source>
        <translation>compare：SCORES 必须是两个或更多得分图层，或一个高光谱栅格加 DETECTORS。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>compare: DETECTORS are run on one hyperspectral raster; SCORES names {0}.</source>
        <translation>compare：DETECTORS 在一个高光谱栅格上运行；SCORES 给出了 {0} 个。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>compare: DETECTORS must be two or more.</source>
        <translation>compare：DETECTORS 必须为两个或更多。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>compare: TRUTH {0} is one of SCORES: give the truth itself.</source>
        <translation>compare：TRUTH {0} 是 SCORES 之一：请给出真值本身。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>compare: detectors are run one after the other on this machine: RESUME must be false and MACHINES 1.</source>
        <translation>compare：检测器在此机器上逐个运行：RESUME 必须为 false，MACHINES 必须为 1。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>{0} rows, {1} columns, {2} bands used.</source>
        <translation>{0} 行，{1} 列，使用 {2} 个波段。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>{0} [{1}] is run.</source>
        <translation>正在运行 {0} [{1}]。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>run for this comparison, default parameters</source>
        <translation>为本次比较而运行，默认参数</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>{0} maps, {1} pixels with a score in every one</source>
        <translation>{0} 幅图，{1} 个像元在每幅图中都有得分</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Rank correlations</source>
        <translation>秩相关</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Overlap of the alarms at {0}</source>
        <translation>比率 {0} 下的告警重叠</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Members of each other's top 100</source>
        <translation>彼此前 100 名中的成员</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>AUC_PD_PF, AVERAGE_PRECISION, PD_AT_PF_1E2, PD_AT_PF_1E3</source>
        <translation>AUC_PD_PF, AVERAGE_PRECISION, PD_AT_PF_1E2, PD_AT_PF_1E3</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>All of its scores are equal.</source>
        <translation>它的所有得分相同。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>It has no pixel with a score.</source>
        <translation>它没有有得分的像元。</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>Two maps are needed to compare, {0} is left. {1}</source>
        <translation>比较需要两幅图，只剩 {0} 幅。{1}</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>{0} is left out. {1}</source>
        <translation>略去 {0}。{1}</translation>
    </message>
    <message>
        <location filename="tools/compare.py"/>
        <source>compare: {0}</source>
        <translation>compare：{0}</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Describe an image</source>
        <translation>描述影像</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Tells what an image was understood as: product and sensor, size, bands and wavelengths, bands that are left out and why, how many pixels each mask takes, and where it lies. Run it first on a file of a new kind: all other tools read it in the same way.</source>
        <translation>说明影像被理解成什么：产品和传感器、大小、波段和波长、被去掉的波段及原因、每种掩膜去掉多少像元，以及所在位置。对新类型的文件请先运行它：所有其他工具都以同样的方式读取。</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Columns</source>
        <translation>列数</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Bands in the file</source>
        <translation>文件中的波段</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>What was understood</source>
        <translation>理解的结果</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>The same as a page, with the image in true color where its wavelengths allow (needs matplotlib).</source>
        <translation>同样内容的网页，波长允许时附影像的真彩色图（需要 matplotlib）。</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Facts</source>
        <translation>事实</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>The same as JSON, with every band.</source>
        <translation>同样内容的 JSON，含每个波段。</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>True color</source>
        <translation>真彩色</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Band</source>
        <translation>波段</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Wavelength, nm</source>
        <translation>波长，nm</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>FWHM, nm</source>
        <translation>FWHM（半高全宽），nm</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Description of an image</source>
        <translation>影像描述</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Red, green and blue are the bands at {0} nm, as measured; white is without data.</source>
        <translation>红、绿、蓝为 {0} nm 处的波段，未经处理；白色为无数据。</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>none that is known; a raster ({0})</source>
        <translation>未识别出产品；栅格（{0}）</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Sensor</source>
        <translation>传感器</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Values</source>
        <translation>数值</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>{0} rows, {1} columns, {2} bands</source>
        <translation>{0} 行，{1} 列，{2} 个波段</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Wavelengths</source>
        <translation>波长</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>not used, {0}: {1}</source>
        <translation>未使用，{0}：{1}</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Without data</source>
        <translation>无数据</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Masks</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>let in: {0}</source>
        <translation>放行：{0}</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Valid</source>
        <translation>有效</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Grid</source>
        <translation>格网</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Corners</source>
        <translation>角点</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>{0}, {1} to {2}, {3} (latitude, longitude)</source>
        <translation>{0}，{1} 至 {2}，{3}（纬度，经度）</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>, FWHM about {0} nm</source>
        <translation>，FWHM 约 {0} nm</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>{0} to {1} nm{2}</source>
        <translation>{0} 至 {1} nm{2}</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>{0} ground control points</source>
        <translation>{0} 个地面控制点</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>rows and columns, without a place</source>
        <translation>只有行列，没有位置</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>pixels of {0} x {1}, upper left corner at {2}, {3}</source>
        <translation>像元 {0} x {1}，左上角位于 {2}，{3}</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>{0} x {1}; scored on the grid of the sensor, scores laid on this one</source>
        <translation>{0} x {1}；在传感器格网上打分，得分放到此格网上</translation>
    </message>
    <message>
        <location filename="tools/describe.py"/>
        <source>Warning: {0}</source>
        <translation>警告：{0}</translation>
    </message>
    <message>
        <location filename="tools/environment.py"/>
        <source>Environment check</source>
        <translation>环境检查</translation>
    </message>
    <message>
        <location filename="tools/environment.py"/>
        <source>Shows which Python interpreters were found for learned detectors, whether they have torch, and which devices torch sees; and which optional libraries are there, with what is lost without each. Learned detectors run outside QGIS, so that nothing needs to be installed into it; the interpreter is chosen under Settings &gt; Options &gt; Processing &gt; Providers, and Set up torch makes one.</source>
        <translation>显示为学习型检测器找到了哪些 Python 解释器、其中是否有 torch、torch 能看到哪些设备；以及有哪些可选库，缺少每一种会失去什么。学习型检测器在 QGIS 之外运行，因此无须在 QGIS 中安装任何东西；解释器在“设置 &gt; 选项 &gt; 数据处理 &gt; 提供者”中选择，“安装 torch”可建立一个。</translation>
    </message>
    <message>
        <location filename="tools/environment.py"/>
        <source>Findings</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <location filename="tools/environment.py"/>
        <source>The findings as a page to read or to send with a question.</source>
        <translation>检查结果的网页，可供阅读或随问题发送。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>Evaluate scores</source>
        <translation>评价得分</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>Figures of merit of a score layer against truth: areas under the curves of detection, false alarms and threshold (3D-ROC), average precision, and the detections at fixed false-alarm rates. The report also says at which score of the layer to cut for a false-alarm rate. For the areas, scores are normalized to 0..1 over the valid pixels with truth. AUC_PF_TAU alone says little: it changes under any monotone change of the scores.</source>
        <translation>得分图层相对于真值的品质指标：检测率、虚警率和阈值各曲线下的面积（3D-ROC）、平均精度，以及固定虚警率下的检测率。报告还说明要达到某一虚警率应在图层的哪个得分处截断。计算面积时，得分在有真值的有效像元上归一化到 0..1。单独的 AUC_PF_TAU 说明不了什么：得分的任何单调变换都会改变它。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>A score layer: the raster of one band that a detector wrote.</source>
        <translation>得分图层：检测器写出的单波段栅格。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>Where the anomalies are known to be. Either a raster of the scores' grid, of whose first band 0 is background and all else anomaly; nodata is neither, unless 0 is the nodata value. Or polygons: anomalies inside, background outside. Objects with a field status count as they are ticked: true is anomaly, unknown is neither, all else is background.</source>
        <translation>已知异常的位置。可以是得分格网上的栅格，其第一波段为 0 的是背景，其余为异常；nodata 两者都不是，除非 nodata 值为 0。也可以是多边形：内部为异常，外部为背景。带 status 字段的对象按勾选计：true 为异常，unknown 两者都不是，其余为背景。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>One self-contained page: what was evaluated, figures, scores to cut at, curves, histograms, maps.</source>
        <translation>一个独立的网页：评价对象、指标、截断得分、曲线、直方图、地图。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>Further score layers</source>
        <translation>其他得分图层</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>Score layers of the same scene, on the same grid, to be put into the report beside the first: other detectors, or other parameters. The figures that are returned are those of the first.</source>
        <translation>同一场景、同一格网的得分图层，与第一个并列放入报告：其他检测器或其他参数。返回的指标是第一个的。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>{0}: SCORES and TRUTH are the same file, {1}: choose what holds the truth.</source>
        <translation>{0}：SCORES 和 TRUTH 是同一个文件 {1}：请选择含有真值的文件。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>{0}: ALSO and TRUTH are the same file, {1}: choose score layers.</source>
        <translation>{0}：ALSO 和 TRUTH 是同一个文件 {1}：请选择得分图层。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>the first score layer</source>
        <translation>第一个得分图层</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>{0} pixels have no truth: they are neither anomaly nor background.</source>
        <translation>{0} 个像元没有真值：既不是异常也不是背景。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>The score layers are not valid at the same pixels: each is judged at its own.</source>
        <translation>各得分图层的有效像元不同：各自在其有效像元上评价。</translation>
    </message>
    <message>
        <location filename="tools/evaluate.py"/>
        <source>column {0}: {1}</source>
        <translation>第 {0} 列：{1}</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Explain objects</source>
        <translation>解释对象</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Shows why chosen objects or pixels stand out: how much each band adds to their RX score, what the background does not reconstruct of them, and their spectra beside those of the background. Use it to judge the objects at the top of a list: a bad band or a stripe shows as one lonely bar, a material as a spectrum of its own. One page to read and to pass on, and a table. It says what sets a spectrum apart, not what the material is.</source>
        <translation>说明所选对象或像元为何突出：每个波段对其 RX 得分的贡献、背景无法重建的部分，以及其光谱与背景光谱的对照。用它来判断列表最前面的对象：坏波段或条纹表现为孤立的一根柱，材料则表现为自身的光谱。一个可阅读和转发的网页，以及一张表。它说明光谱的不同之处，而不是材料是什么。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Objects explained</source>
        <translation>已解释的对象</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>One self-contained file with pictures and figures of each object.</source>
        <translation>一个独立的文件，含每个对象的图片和数值。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Polygons or points on the image, in any CRS; each feature is explained by its mean spectrum and by its pixel of the highest RX score. Features with a field rank, such as those of Anomalous objects, come in its order and are named by it. On the command line FILE|subset=rank IN (3, 7) takes some of them; in QGIS filter the layer.</source>
        <translation>影像上的多边形或点，坐标参照系不限；每个要素以其平均光谱和 RX 得分最高的像元来解释。带 rank 字段的要素（如“异常对象”的结果）按其顺序排列并以其命名。在命令行中用 FILE|subset=rank IN (3, 7) 选取其中一些；在 QGIS 中过滤图层即可。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Pixels</source>
        <translation>像元</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Single pixels as ROW,COLUMN, counted from 0 at the upper left, several divided by blanks: 12,40 57,3. They may stand beside objects or instead of them.</source>
        <translation>单个像元，形式为“行,列”，从左上角以 0 起算，多个之间用空格分隔：12,40 57,3。可与对象并用，也可代替对象。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Score layers of the same image, such as those of several detectors: the report says where each object ranks in each of them.</source>
        <translation>同一影像的得分图层，如多个检测器的结果：报告说明每个对象在各图层中的名次。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Most objects</source>
        <translation>最多对象数</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>How many features are explained at most, those of the first ranks. Raise it for a longer report.</source>
        <translation>最多解释多少个要素，按名次从前取。需要更长的报告时可提高。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>The same figures to compute with, a line for each object and band.</source>
        <translation>用于计算的同样数值，每个对象和波段一行。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>Of {0} features the first {1} are explained: MOST allows for more.</source>
        <translation>{0} 个要素中解释了前 {1} 个：提高 MOST 可解释更多。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>SCORES: {0} does not lie on the grid of {1}: give maps made from it.</source>
        <translation>SCORES：{0} 不在 {1} 的格网上：请给出由它生成的图。</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>no band stands out</source>
        <translation>没有突出的波段</translation>
    </message>
    <message>
        <location filename="tools/explain.py"/>
        <source>{0}: RX {1} at row {2}, column {3}; {4}</source>
        <translation>{0}：RX {1}，位于第 {2} 行第 {3} 列；{4}</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>Find anomalies</source>
        <translation>寻找异常</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>From a hyperspectral raster to a list of objects in one step: a detector scores every pixel, a threshold is chosen for the stated false-alarm rate, and what lies above it becomes polygons, the most anomalous first. The report shows the map, the list and the spectra of the first objects. Each step is an algorithm of its own too: a detector, "Threshold scores", "Anomalous objects", "Explain objects".</source>
        <translation>从高光谱栅格一步得到对象列表：检测器给每个像元打分，按给定的虚警率选择阈值，高于阈值的部分成为多边形，最异常的排在最前。报告显示地图、列表和前几个对象的光谱。每一步也是单独的算法：检测器、“得分阈值”、“异常对象”、“解释对象”。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>Where everything is written that has no name of its own below: scores.tif, spread.tif, objects.gpkg and report.html.</source>
        <translation>以下没有单独命名的内容都写入此处：scores.tif、spread.tif、objects.gpkg 和 report.html。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>What scores the pixels, with its defaults. The consensus of several is the surest where little is known of the targets.</source>
        <translation>给像元打分的方法，使用默认参数。对目标所知甚少时，多检测器共识最可靠。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>The share of background pixels that may be flagged: 0.003 is three pixels in a thousand. Lower it for large rasters or little time, raise it to see more candidates; the list stays in order.</source>
        <translation>允许被标记的背景像元比例：0.003 即千分之三。栅格大或时间少时降低，想看更多候选时提高；列表的顺序不变。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>Least area</source>
        <translation>最小面积</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>Smaller objects are left out. Without a coordinate reference system it counts pixels.</source>
        <translation>略去更小的对象。没有坐标参照系时以像元计。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>Largest area</source>
        <translation>最大面积</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>Larger objects are left out; 0 keeps all. Without a coordinate reference system it counts pixels.</source>
        <translation>略去更大的对象；0 保留全部。没有坐标参照系时以像元计。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>The score of every pixel, larger is more anomalous.</source>
        <translation>每个像元的得分，越大越异常。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>One polygon an object, with its figures.</source>
        <translation>每个对象一个多边形，含其数值。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>One self-contained file: map, list of objects, spectra of the first ten.</source>
        <translation>一个独立的文件：地图、对象列表、前十个对象的光谱。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>findanomalies: nowhere to write: give FOLDER, or both SCORES and OBJECTS.</source>
        <translation>findanomalies：没有写出位置：请给出 FOLDER，或同时给出 SCORES 和 OBJECTS。</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>a false-alarm rate of {0}</source>
        <translation>虚警率 {0}</translation>
    </message>
    <message>
        <location filename="tools/findanomalies.py"/>
        <source>The folder {0} cannot be made ({1}): choose another.</source>
        <translation>无法建立文件夹 {0}（{1}）：请另选一个。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Import a MATLAB cube</source>
        <translation>导入 MATLAB 立方体</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Turns a MATLAB file (.mat, v4 to v7.3) with a cube of rows x columns x bands into a GeoTIFF or ENVI raster, and its truth into another. Values and their number type stay as they are stored. A variable named like wavelength, with a number for each band, is kept as wavelengths. Such files do not say where they lie: give CRS and EXTENT where you know them.</source>
        <translation>把含有行 x 列 x 波段立方体的 MATLAB 文件（.mat，v4 至 v7.3）转换成 GeoTIFF 或 ENVI 栅格，其真值转换成另一个栅格。数值及其类型保持原样。名称类似 wavelength 且每个波段有一个数的变量会保留为波长。此类文件不含位置：知道时请给出 CRS 和 EXTENT。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>MATLAB file</source>
        <translation>MATLAB 文件</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>The .mat file, of any version from v4 to v7.3.</source>
        <translation>.mat 文件，v4 至 v7.3 的任何版本。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Cube variable</source>
        <translation>立方体变量</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Name of the variable that holds the cube, rows x columns x bands. Empty takes the only array of three axes.</source>
        <translation>含有立方体（行 x 列 x 波段）的变量名。留空则取唯一的三维数组。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Truth variable</source>
        <translation>真值变量</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Name of the variable that holds the truth, rows x columns. Empty takes the only array of the cube's size.</source>
        <translation>含有真值（行 x 列）的变量名。留空则取唯一与立方体大小相同的数组。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>In which the extent is given, such as EPSG:32611. Leave it empty where nobody knows where the scene lies.</source>
        <translation>范围所用的坐标参照系，如 EPSG:32611。不知道场景位置时请留空。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Extent</source>
        <translation>范围</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Outer edges of the image, XMIN,XMAX,YMIN,YMAX in units of the CRS; the first row is the northern one. Empty: the raster has rows and columns, and no place. Where the first number is negative, type --extent=XMIN,... on the command line.</source>
        <translation>影像的外边缘 XMIN,XMAX,YMIN,YMAX，单位为坐标参照系的单位；第一行为北。留空：栅格有行列而没有位置。第一个数为负时，在命令行中写 --extent=XMIN,...。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>The cube: GeoTIFF (.tif) or ENVI (.img, .dat, .bsq). The record of the run (.json) is written beside it.</source>
        <translation>立方体：GeoTIFF（.tif）或 ENVI（.img、.dat、.bsq）。旁边会写出运行记录（.json）。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Truth raster</source>
        <translation>真值栅格</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Also write the truth, as the file has it: as a rule not 0 where there is an anomaly.</source>
        <translation>同时按文件原样写出真值：通常异常处不为 0。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>TRUTH_VARIABLE is given without OUTPUT_TRUTH: name the raster to write it to.</source>
        <translation>给出了 TRUTH_VARIABLE 而没有 OUTPUT_TRUTH：请给出要写入的栅格。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>The output {0} would overwrite the input {1}: choose another.</source>
        <translation>输出 {0} 会覆盖输入 {1}：请另选一个。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Wavelengths {0} to {1} nm.</source>
        <translation>波长 {0} 至 {1} nm。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Its numbers are stored as {0}.</source>
        <translation>其数值以 {0} 存储。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>{0}: {1} rows, {2} columns, {3} bands.</source>
        <translation>{0}：{1} 行，{2} 列，{3} 个波段。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>Truth: {0}.</source>
        <translation>真值：{0}。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>An array of the cube's rows and columns is not written: {0}; see OUTPUT_TRUTH.</source>
        <translation>有一个与立方体行列数相同的数组没有写出：{0}；见 OUTPUT_TRUTH。</translation>
    </message>
    <message>
        <location filename="tools/importmat.py"/>
        <source>CRS is given without EXTENT: give the extent too, or neither.</source>
        <translation>给出了 CRS 而没有 EXTENT：请一并给出范围，或两者都不给。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Merge backgrounds</source>
        <translation>合并背景</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Makes one model of RX from the files that "Summarize a background" made of several rasters: the same model as if all their pixels had been read together, whatever the order of the files. A model that was made here, or fitted by RX, can be given too, and is so updated with further scenes. Bands are matched by wavelength. A scene whose mean lies farther from the others' background than a typical pixel does, because it is calibrated differently, is named in a warning. Use the model with "Apply model".</source>
        <translation>由“汇总背景”从多个栅格得到的文件生成一个 RX 模型：与一次读取它们全部像元所得的模型相同，且与文件顺序无关。也可以给出在此生成或由 RX 拟合的模型，用新的场景更新它。波段按波长匹配。某个场景的均值若因定标不同而比典型像元离其他场景的背景更远，会在警告中指出。该模型用于“应用模型”。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Files merged</source>
        <translation>合并的文件</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Pixels in the model</source>
        <translation>模型中的像元</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Bands of the model</source>
        <translation>模型的波段</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Largest squared distance of a scene's mean from the others, in numbers of bands</source>
        <translation>场景均值到其他场景的最大平方距离（以波段数为单位）</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Sums</source>
        <translation>累加和</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Files of sums, as "Summarize a background" writes them, of one sensor; and models of RX to be updated.</source>
        <translation>由“汇总背景”写出的、同一传感器的累加和文件；以及要更新的 RX 模型。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>The model file. It holds the sums too, so that it can be updated. The record of the run (.json), with the distance of each scene, is written beside it.</source>
        <translation>模型文件。其中也保存累加和，因此可以更新。旁边会写出运行记录（.json），含各场景的距离。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>How the covariance is kept invertible, as in RX: ledoitwolf shrinks it by the amount the data call for; ridge adds 1e-4 of the mean band variance to every band; none does nothing. Where the files have different bands, ridge and none use the common ones; ledoitwolf needs files with the same bands.</source>
        <translation>如何保证协方差可逆，与 RX 相同：ledoitwolf 按数据所需的程度收缩；ridge 给每个波段加上平均波段方差的 1e-4；none 不作处理。各文件波段不同时，ridge 和 none 使用共同波段；ledoitwolf 要求各文件波段相同。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>What counts alike: count takes every pixel, so that large scenes weigh more, as if all had been read together; equal takes every file, whatever its number of pixels. A model that is updated counts as one file.</source>
        <translation>什么等权：count 为每个像元等权，大场景权重更大，如同一次全部读取；equal 为每个文件等权，不论像元数。被更新的模型算一个文件。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>, distance {0}</source>
        <translation>，距离 {0}</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>{0}: {1} background pixels{2}.</source>
        <translation>{0}：{1} 个背景像元{2}。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>The distance is that of a scene's mean from the background of the others, squared and in numbers of bands: 1 is as far out as a typical pixel.</source>
        <translation>该距离是场景均值到其他场景背景的距离平方，以波段数为单位：1 表示与典型像元一样远。</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>1 file</source>
        <translation>1 个文件</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>{0} files</source>
        <translation>{0} 个文件</translation>
    </message>
    <message>
        <location filename="tools/merge.py"/>
        <source>Merged {0}: {1} pixels, {2} bands.</source>
        <translation>已合并 {0}：{1} 个像元，{2} 个波段。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>Anomalous objects</source>
        <translation>异常对象</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>Turns a score layer into a list of objects: chooses a threshold as "Threshold scores" does, grows each group of pixels above it to its edge, and writes one polygon an object, the most anomalous first, with its area, scores, p-value, place and, where the hyperspectral raster is given, the bands that set it apart. The field status (unknown, true, false) is for you to tick; ticked objects serve as truth for "Evaluate scores" and, as background region, as places to leave out.</source>
        <translation>把得分图层变成对象列表：像“得分阈值”那样选择阈值，把高于阈值的每组像元扩展到其边缘，每个对象写出一个多边形，最异常的在最前，附面积、得分、p 值、位置，给出高光谱栅格时还有使其突出的波段。字段 status（unknown、true、false）供您勾选；勾选的对象可作为“评价得分”的真值，也可作为背景区域中要排除的地方。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>A score layer, as a detector writes it: one band, larger is more anomalous.</source>
        <translation>得分图层，由检测器写出：单波段，越大越异常。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>Polygons along pixel borders: GeoPackage, GeoJSON, Shapefile or any other vector format of GDAL; CSV for the fields alone.</source>
        <translation>沿像元边界的多边形：GeoPackage、GeoJSON、Shapefile 或 GDAL 的其他矢量格式；只要字段时用 CSV。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>The image the scores were made from: then each object names the three bands that set it apart most.</source>
        <translation>得分所用的影像：这样每个对象会给出最使其突出的三个波段。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>How far an object reaches out from where it lies above the threshold: 1 stops at the threshold, smaller values go on to lower scores. It is the part of the threshold's normal score that the edge has to reach.</source>
        <translation>对象从高于阈值处向外扩展多远：1 止于阈值，更小的值会扩展到更低的得分。它是边缘必须达到的阈值正态得分的比例。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>Spread</source>
        <translation>离散度</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>How much the members of a consensus disagree, as the detector writes it: then each object has an agreement, 1 where all say the same and 0 where they differ by as much as the score.</source>
        <translation>共识各成员之间的不一致程度，由检测器写出：这样每个对象有一致度，1 为全体一致，0 为差异与得分一样大。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>False-discovery rate</source>
        <translation>错误发现率</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>The share of listed objects that may be false; 0 does not limit it. Needs METHOD conformal and objects in the background region to compare with: those found elsewhere are listed as far down as Benjamini-Hochberg allows.</source>
        <translation>所列对象中允许为假的比例；0 为不限制。需要 METHOD conformal，以及背景区域中可供比较的对象：其他地方找到的对象按 Benjamini-Hochberg 所允许的深度列出。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>objects: FALSE_DISCOVERIES needs METHOD conformal and a BACKGROUND.</source>
        <translation>objects：FALSE_DISCOVERIES 需要 METHOD conformal 和 BACKGROUND。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>objects: MAX_AREA is smaller than MIN_AREA: no object can be both.</source>
        <translation>objects：MAX_AREA 小于 MIN_AREA：没有对象能同时满足。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>1 object.</source>
        <translation>1 个对象。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>{0} objects.</source>
        <translation>{0} 个对象。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>SPREAD: {0} has another size than {1}: give the spread of the same run.</source>
        <translation>SPREAD：{0} 与 {1} 大小不同：请给出同一次运行的离散度。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>SPREAD: {0} lies at another place than {1}: give the spread of the same run.</source>
        <translation>SPREAD：{0} 与 {1} 位置不同：请给出同一次运行的离散度。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>No object is listed: with {0} objects in the background region to compare {1} with, at least {2} would have to score higher than all of the region's. Enlarge the region.</source>
        <translation>没有列出任何对象：背景区域中有 {0} 个对象可与{1}比较，至少要有 {2} 个得分高于该区域的全部对象。请扩大区域。</translation>
    </message>
    <message>
        <location filename="tools/objects.py"/>
        <source>INPUT: {0} does not lie on the grid of {1}: give the image it was made from.</source>
        <translation>INPUT：{0} 不在 {1} 的格网上：请给出得分所用的影像。</translation>
    </message>
    <message>
        <location filename="tools/origin.py"/>
        <source>Score layer</source>
        <translation>得分图层</translation>
    </message>
    <message>
        <location filename="tools/origin.py"/>
        <source>whole image</source>
        <translation>整幅影像</translation>
    </message>
    <message>
        <location filename="tools/origin.py"/>
        <source>HSI Anomaly {0}</source>
        <translation>HSI Anomaly {0}</translation>
    </message>
    <message>
        <location filename="tools/origin.py"/>
        <source>{0} UTC</source>
        <translation>{0} UTC</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Recovery of implanted targets</source>
        <translation>植入目标的找回率</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Says how small a target would have been found here. Mixes targets of several sizes and fractions into your own scene, at random places of the background, runs the detector on it, and counts which of them lie above the threshold at the false-alarm rate you name. Use it before you write that there was nothing: it shows what would have been missed. The detector runs once for every few implants, so that they do not become background: often on a small scene, a few times on a large one; the log says how many times. Targets are squares that cover all their pixels alike; real ones have edges, shadows and turns, so take the rates as the best case.</source>
        <translation>说明在此处多小的目标能被找到。把多种尺寸和占比的目标混入您自己的场景，放在背景的随机位置，运行检测器，并统计其中有多少在您给出的虚警率下高于阈值。在写下“什么也没有”之前请使用它：它显示哪些会被漏掉。检测器每植入少数几个目标就运行一次，以免它们成为背景：小场景要运行多次，大场景几次；日志会说明次数。目标为正方形，均匀覆盖其全部像元；真实目标有边缘、阴影和旋转，因此请把比率看作最好的情形。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Targets implanted</source>
        <translation>植入的目标</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Targets found</source>
        <translation>找到的目标</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Runs of the detector with targets</source>
        <translation>带目标的检测器运行次数</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Threshold of the scene without implants</source>
        <translation>未植入目标时场景的阈值</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>One self-contained file: how many targets of each size and fraction were found, with 95 % intervals, the spectra that were implanted, and how it was done.</source>
        <translation>一个独立的文件：每种尺寸和占比的目标找到了多少（附 95 % 区间）、植入的光谱，以及做法。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>The detector to be tried. It learns anew each time, as it would if the targets had been there: choose fast ones first. rx takes seconds on a small scene; learned detectors and consensus take many minutes.</source>
        <translation>要检验的检测器。它每次都重新学习，如同目标本来就在那里：请先选快的。rx 在小场景上只需几秒；学习型检测器和共识需要许多分钟。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Parameters of the detector</source>
        <translation>检测器的参数</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>NAME=value, several divided by spaces, such as INNER_WINDOW=15 OUTER_WINDOW=25; defaults for the rest.</source>
        <translation>NAME=value 形式，多个之间用空格分隔，如 INNER_WINDOW=15 OUTER_WINDOW=25；其余用默认值。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>The share of background pixels that may be flagged by mistake: 0.001 is one pixel in a thousand. Give the rate at which you threshold your scores. The threshold is chosen as method tail of Threshold scores does.</source>
        <translation>允许被误标记的背景像元比例：0.001 即千分之一。请给出您对得分取阈值时所用的比率。阈值按“得分阈值”的 tail 方法选择。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Sizes</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Pixels along the side of the square targets, divided by commas. Each size is tried with each fraction.</source>
        <translation>正方形目标边长的像元数，用逗号分隔。每种尺寸与每种占比都会尝试。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Fractions</source>
        <translation>占比</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>How much of each of its pixels a target covers, above 0 to 1, divided by commas. 1 replaces the pixel; a target of half a pixel's length and width covers 0.25 of one pixel.</source>
        <translation>目标覆盖其每个像元的多少，大于 0 且至多为 1，用逗号分隔。1 为替换像元；长宽各半个像元的目标覆盖一个像元的 0.25。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Implants of each kind</source>
        <translation>每种的植入数</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>How many targets of each size and fraction are tried. More make the intervals narrower and the work longer: with 20 a rate of one half is known to about 0.2, with 100 to about 0.1.</source>
        <translation>每种尺寸和占比尝试多少个目标。越多区间越窄，耗时越长：20 个时，二分之一的比率约可知到 0.2 以内，100 个时约 0.1。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Target objects</source>
        <translation>目标对象</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Polygons or points on the image whose spectra are implanted, in any CRS: each of their pixels is a target spectrum. Without objects and pixels, 20 unusual and mutually different spectra of the scene are implanted, of the percent that RX ranks highest: targets as strange as the strangest that is there already. On labeled scenes they were found more often than the labeled anomalies, most with RX.</source>
        <translation>影像上的多边形或点，其光谱将被植入，坐标参照系不限：其中每个像元都是一条目标光谱。不给对象和像元时，从 RX 排名最高的百分之一中取场景的 20 条不寻常且彼此不同的光谱植入：这样的目标与场景中已有的最奇异者一样奇异。在有标注的场景上，它们比标注的异常更常被找到，RX 尤甚。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Target pixels</source>
        <translation>目标像元</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Pixels whose spectra are implanted, as ROW,COLUMN, counted from 0 at the upper left, several divided by blanks: 12,40 57,3. They may stand beside objects.</source>
        <translation>其光谱将被植入的像元，形式为“行,列”，从左上角以 0 起算，多个之间用空格分隔：12,40 57,3。可与对象并用。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>The rates and their intervals to compute with, a line for each size and fraction.</source>
        <translation>用于计算的比率及其区间，每种尺寸和占比一行。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Least share above the threshold</source>
        <translation>高于阈值的最小比例</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>A target counts as found when one of its pixels lies above the threshold, and at least this share of them. Raise it where single pixels are dropped from your list of objects.</source>
        <translation>目标只要有一个像元、且至少有此比例的像元高于阈值，就算找到。若您的对象列表会去掉单个像元，请提高它。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Target spectra</source>
        <translation>目标光谱数</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>How many of the scene's unusual spectra are implanted, where no objects or pixels are given.</source>
        <translation>没有给出对象或像元时，植入场景中多少条不寻常的光谱。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Share of changed pixels</source>
        <translation>被改变像元的比例</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>The share of the background that one run may change, one target at least. Smaller is nearer to a scene with a single target, and takes more runs.</source>
        <translation>一次运行可以改变的背景比例，至少一个目标。越小越接近只有一个目标的场景，运行次数也越多。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>Start of the random numbers for places and order: the same seed gives the same rates.</source>
        <translation>位置和顺序所用随机数的起点：相同的种子得到相同的比率。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>{0} targets are implanted, a few at a time: {1} runs {2} times.</source>
        <translation>将植入 {0} 个目标，每次几个：{1} 运行 {2} 次。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>{0}: PARAMETERS must be NAME=value, several divided by spaces; got {1}.</source>
        <translation>{0}：PARAMETERS 必须是 NAME=value，多个之间用空格分隔；给出的是 {1}。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>whole numbers from 1 to {0}, divided by commas</source>
        <translation>1 至 {0} 的整数，用逗号分隔</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>numbers above 0 and at most 1, divided by commas</source>
        <translation>大于 0 且至多为 1 的数，用逗号分隔</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>{0}: RESUME must be false: it is many short trainings, not a long one.</source>
        <translation>{0}：RESUME 必须为 false：这是许多短训练，而不是一次长训练。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>The spectra of {0} pixels of the chosen objects are implanted.</source>
        <translation>将植入所选对象 {0} 个像元的光谱。</translation>
    </message>
    <message>
        <location filename="tools/recovery.py"/>
        <source>{0} x {1} pixels</source>
        <translation>{0} x {1} 像元</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Find anomalies in many scenes</source>
        <translation>在多个场景中寻找异常</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Finds anomalies in many rasters, each in a process of its own: scores, objects and a report in a folder for each, with a record of the run. A scene that fails does not stop the others. What is complete is not done again, so an interrupted run is simply started anew. At the end there is a table of all scenes; collect makes one GeoPackage of them. Parts of a list can run at the same time on different machines, and a Dask cluster can do the work.</source>
        <translation>在多个栅格中寻找异常，每个在单独的进程中进行：每个场景一个文件夹，内有得分、对象和报告，以及运行记录。一个场景失败不会影响其他场景。已完成的不会重做，因此中断后只需重新启动。最后得到所有场景的表；collect 可把它们汇成一个 GeoPackage。列表的各部分可以同时在不同的机器上运行，也可以由 Dask 集群完成。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Scenes of this run</source>
        <translation>本次运行的场景</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Scenes done by it</source>
        <translation>由它完成的场景</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Scenes that were done already</source>
        <translation>此前已完成的场景</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>List</source>
        <translation>列表</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>The scenes: a text file with one raster a line, relative to it (# begins a comment); or a folder of rasters; or a pattern in quotes, such as 'archive/*/*SPECTRAL_IMAGE.TIF', with ** for folders at any depth.</source>
        <translation>场景：每行一个栅格的文本文件，路径相对于该文件（# 起为注释）；或栅格所在的文件夹；或加引号的模式，如 'archive/*/*SPECTRAL_IMAGE.TIF'，** 表示任意深度的文件夹。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Where a folder is made for each scene, named after its file, and where the table scenes.csv is written.</source>
        <translation>在此为每个场景建立一个以其文件命名的文件夹，并写出表 scenes.csv。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>What scores the pixels, with its defaults. Not used with MODEL.</source>
        <translation>给像元打分的方法，使用默认参数。给出 MODEL 时不使用。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>A model file, of merge for example: every scene is then compared with the same background. Scores and objects are written, and no report.</source>
        <translation>模型文件，例如由 merge 得到：此时每个场景都与同一背景比较。写出得分和对象，不写报告。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>The share of background pixels that may be flagged in each scene: 0.001 is one pixel in a thousand.</source>
        <translation>每个场景中允许被标记的背景像元比例：0.001 即千分之一。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Part</source>
        <translation>部分</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>K/N does every N-th scene of the list from the K-th on, so that N runs, such as the jobs of a SLURM array, share it. The table is then scenes-K-of-N.csv.</source>
        <translation>K/N 处理列表中从第 K 个起每隔 N 个的场景，使 N 次运行（如 SLURM 数组的各作业）分担列表。此时表为 scenes-K-of-N.csv。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>How many scenes are worked on at once. The cores are divided among them; memory is needed for each.</source>
        <translation>同时处理多少个场景。核在它们之间分配；每个都需要内存。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Dask</source>
        <translation>Dask</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Address of a Dask scheduler, such as tcp://10.0.0.1:8786: its workers do the work, and PROCESSES has no meaning. They need this software and the same folders. Needs the library distributed.</source>
        <translation>Dask 调度器的地址，如 tcp://10.0.0.1:8786：由其工作节点完成工作，此时 PROCESSES 不起作用。它们需要本软件和相同的文件夹。需要 distributed 库。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Again</source>
        <translation>重做</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Also do scenes that are complete, and replace their files.</source>
        <translation>已完成的场景也重做，并替换其文件。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>runmany: MAX_AREA is smaller than MIN_AREA: no object can be both.</source>
        <translation>runmany：MAX_AREA 小于 MIN_AREA：没有对象能同时满足。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Part {0} holds no scene: the list has fewer scenes than there are parts.</source>
        <translation>第 {0} 部分没有场景：列表中的场景数少于部分数。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>{0} of {1} scenes failed, {2}; the reasons are in {3}.</source>
        <translation>{1} 个场景中有 {0} 个失败，{2}；原因见 {3}。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>{0} scenes: {1} done, {2} were done already.</source>
        <translation>{0} 个场景：完成 {1} 个，此前已完成 {2} 个。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>{0}, {1} s, {2} objects.</source>
        <translation>{0}，{1} 秒，{2} 个对象。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>{0} is complete.</source>
        <translation>{0} 已完成。</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>{0} failed: {1}</source>
        <translation>{0} 失败：{1}</translation>
    </message>
    <message>
        <location filename="tools/runmany.py"/>
        <source>Every worker that tried it died, perhaps for want of memory.</source>
        <translation>尝试它的每个工作节点都中止了，可能是内存不足。</translation>
    </message>
    <message>
        <location filename="tools/samplescene.py"/>
        <source>Load sample scene</source>
        <translation>加载示例场景</translation>
    </message>
    <message>
        <location filename="tools/samplescene.py"/>
        <source>Makes a small hyperspectral scene to try the detectors on: 120 rows, 150 columns and 224 bands of a river landscape as a satellite such as EnMAP would see it, with fields, woods, a village and a road. {0} targets of plastic, paint and silicon are hidden in it, from a tenth of a pixel to six pixels large, and the truth layer shows where. Everything is computed; nothing is downloaded. Run Consensus of detectors on it, then Evaluate scores with the truth.</source>
        <translation>生成一个用来试验检测器的小型高光谱场景：120 行、150 列、224 个波段，是 EnMAP 一类卫星所见的河流景观，有农田、树林、村庄和道路。其中藏有 {0} 个塑料、涂料和硅材料目标，大小从十分之一个像元到六个像元，真值图层给出其位置。全部由计算得到，不下载任何内容。请在其上运行“多检测器共识”，再用真值运行“评价得分”。</translation>
    </message>
    <message>
        <location filename="tools/samplescene.py"/>
        <source>Sample scene</source>
        <translation>示例场景</translation>
    </message>
    <message>
        <location filename="tools/samplescene.py"/>
        <source>The scene: GeoTIFF (.tif), reflectance times 10,000, with wavelengths, bad bands and nodata as a real product has them. A true-color style (.qml) is written beside it.</source>
        <translation>场景：GeoTIFF（.tif），反射率乘以 10,000，像真实产品一样带有波长、坏波段和 nodata。旁边会写出真彩色样式（.qml）。</translation>
    </message>
    <message>
        <location filename="tools/samplescene.py"/>
        <source>Truth of the sample scene</source>
        <translation>示例场景的真值</translation>
    </message>
    <message>
        <location filename="tools/samplescene.py"/>
        <source>Where the targets are: 1 in pixels of at least {0} target material, else 0. GeoTIFF (.tif).</source>
        <translation>目标所在位置：目标材料至少占 {0} 的像元为 1，其余为 0。GeoTIFF（.tif）。</translation>
    </message>
    <message>
        <location filename="tools/samplescene.py"/>
        <source>The sample scene is written as GeoTIFF: end the name of {0} in .tif.</source>
        <translation>示例场景以 GeoTIFF 写出：{0} 的名称请以 .tif 结尾。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>The folder {0} holds no raster ({1}): give a list, or a pattern.</source>
        <translation>文件夹 {0} 中没有栅格（{1}）：请给出列表或模式。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>The list {0} is empty: write one raster a line.</source>
        <translation>列表 {0} 为空：请每行写一个栅格。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>No file matches {0}: check the pattern, and put it in quotes.</source>
        <translation>没有文件匹配 {0}：请检查模式，并加上引号。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>The list {0} does not exist: give a text file, a folder, or a pattern in quotes.</source>
        <translation>列表 {0} 不存在：请给出文本文件、文件夹或加引号的模式。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>PART must be K/N with K from 1 to N, such as 3/10; got {0}.</source>
        <translation>PART 必须是 K/N，K 为 1 至 N，如 3/10；给出的是 {0}。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source> Its last words: {0}</source>
        <translation> 其最后的输出：{0}</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>, perhaps for want of memory</source>
        <translation>，可能是内存不足</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>The process was ended by {0}.{1}</source>
        <translation>进程被 {0} 终止。{1}</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>The process ended with status {0} and said nothing.</source>
        <translation>进程以状态 {0} 结束，没有任何输出。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>{0} is no list: give a text file with one raster a line, a folder, or a pattern in quotes.</source>
        <translation>{0} 不是列表：请给出每行一个栅格的文本文件、文件夹或加引号的模式。</translation>
    </message>
    <message>
        <location filename="tools/scenes.py"/>
        <source>{0} is no list: give a text file with one raster a line, not the raster itself.</source>
        <translation>{0} 不是列表：请给出每行一个栅格的文本文件，而不是栅格本身。</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Set up torch</source>
        <translation>安装 torch</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Downloads PyTorch, which learned detectors need, into a folder of its own: qgis_hsi_anomaly/venv in your QGIS profile, or hsi-anomaly-venv in your home folder outside of QGIS. QGIS and its Python stay as they are, and deleting the folder undoes it. About 250 MB without CUDA, 3 GB with it; some minutes. When it is cancelled or fails, nothing is left. Needed once; learned detectors find the folder by themselves.</source>
        <translation>把学习型检测器所需的 PyTorch 下载到单独的文件夹：QGIS 配置目录中的 qgis_hsi_anomaly/venv，在 QGIS 之外则为主目录中的 hsi-anomaly-venv。QGIS 及其 Python 保持不变，删除该文件夹即可还原。不含 CUDA 约 250 MB，含 CUDA 约 3 GB；需要几分钟。取消或失败时不会留下任何内容。只需一次；学习型检测器会自动找到该文件夹。</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Python with torch</source>
        <translation>带 torch 的 Python</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Version of torch</source>
        <translation>torch 的版本</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Devices</source>
        <translation>设备</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Download and install torch</source>
        <translation>下载并安装 torch</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Has to be ticked. About 250 MB (3 GB with CUDA) are downloaded from the package index of Python (pypi.org) or from download.pytorch.org, and installed into FOLDER.</source>
        <translation>必须勾选。将从 Python 的软件包索引（pypi.org）或 download.pytorch.org 下载约 250 MB（含 CUDA 为 3 GB），并安装到 FOLDER。</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Build</source>
        <translation>版本类型</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>cpu works everywhere. cuda is for NVIDIA graphics cards with a recent driver, on Windows and Linux; it is ten times as large. Small scenes gain little by it.</source>
        <translation>cpu 适用于所有机器。cuda 用于 Windows 和 Linux 上带有较新驱动的 NVIDIA 显卡；体积为十倍。小场景得益不多。</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>The folder of the environment. Empty: where learned detectors look by themselves. Any other has to be named in the provider's setting. An environment that is there is replaced.</source>
        <translation>环境的文件夹。留空：学习型检测器自动查找的位置。其他位置须在提供者的设置中指定。已有的环境会被替换。</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Python that makes it</source>
        <translation>用来建立环境的 Python</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>A Python, 3.9 or newer, for the environment to be made by; found by itself where empty. Name another where torch is not offered for the one that was found.</source>
        <translation>用来建立环境的 Python，3.9 或更新；留空则自动查找。若所找到的 Python 没有可用的 torch，请另行指定。</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Package index</source>
        <translation>软件包索引</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Address of a package index, such as your institution's mirror; the usual ones where empty.</source>
        <translation>软件包索引的地址，如您所在机构的镜像；留空则用通常的索引。</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>{0}: CONFIRM must be true to go on. {1}</source>
        <translation>{0}：CONFIRM 必须为 true 才能继续。{1}</translation>
    </message>
    <message>
        <location filename="tools/setuptorch.py"/>
        <source>Learned detectors run on {0} ({1}), which goes before the new environment: clear that, or name {2} in the provider's setting.</source>
        <translation>学习型检测器在 {0}（{1}）上运行，它优先于新环境：请清除该设置，或在提供者的设置中指定 {2}。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>ACE similarity</source>
        <translation>ACE 相似度</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Matched filter</source>
        <translation>匹配滤波</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Find more like this</source>
        <translation>寻找更多类似目标</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Scores how much every pixel is like an object that was found, against the background of the scene: larger is more alike. Use it when an anomaly has turned out to be of interest, to look for others of its material, smaller or weaker ones too. The object's mean spectrum is what is looked for; its own pixels are left out of the background, and score high, of course. An object of mixed materials, or of pixels at its edge, finds worse.</source>
        <translation>以场景的背景为参照，对每个像元与已找到对象的相似程度打分：越大越相似。当某个异常值得关注时，用它寻找同种材料的其他目标，包括更小或更弱的。所寻找的是对象的平均光谱；对象自身的像元从背景中排除，得分当然很高。由混合材料或边缘像元构成的对象效果较差。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Spectra looked for</source>
        <translation>寻找的光谱</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Similarity</source>
        <translation>相似度</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>The scores, float32, larger = more alike; NaN where the image has no data. GeoTIFF (.tif) or ENVI (.img, .dat). A style (.qml) and the record of the run (.json) are written beside it.</source>
        <translation>得分，float32，越大越相似；影像无数据处为 NaN。GeoTIFF（.tif）或 ENVI（.img、.dat）。旁边会写出样式（.qml）和运行记录（.json）。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Polygons or points on the image, in any CRS. The mean spectrum of each feature is looked for, and a pixel gets its largest score of any of them: for one material choose its features alone, in QGIS by a filter of the layer, on the command line by FILE|subset=rank = 1.</source>
        <translation>影像上的多边形或点，坐标参照系不限。寻找每个要素的平均光谱，像元取其中最高的得分：针对一种材料时只选它的要素，在 QGIS 中用图层过滤，在命令行中用 FILE|subset=rank = 1。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Single pixels to look for, as ROW,COLUMN, counted from 0 at the upper left, several divided by blanks: 12,40 57,3. They may stand beside objects or instead of them.</source>
        <translation>要寻找的单个像元，形式为“行,列”，从左上角以 0 起算，多个之间用空格分隔：12,40 57,3。可与对象并用，也可代替对象。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>ace, the adaptive coherence estimator, compares the shape of spectra whatever their strength: 1 is the object's own shape, 0 has nothing of it, below 0 is its opposite. matched, the matched filter, tells about how much of the pixel the object's material fills: 1 is as strong as the object, 0 the mean of the background. Take ace to find small pieces with few false alarms, matched to see how strong they are.</source>
        <translation>ace（自适应相干估计）比较光谱的形状而不论强弱：1 为对象自身的形状，0 为毫无相同，小于 0 为相反。matched（匹配滤波）大致说明对象的材料占像元多少：1 与对象一样强，0 为背景的均值。要以较少虚警寻找小块，用 ace；要看强弱，用 matched。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Looking for {0} spectra, means of {1} pixels.</source>
        <translation>寻找 {0} 条光谱，它们是 {1} 个像元的平均。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Looking for one spectrum, the mean of {0} pixels.</source>
        <translation>寻找一条光谱，它是 {0} 个像元的平均。</translation>
    </message>
    <message>
        <location filename="tools/similar.py"/>
        <source>Spectra looked for: {0}; valid pixels: {1}; bands used: {2}.</source>
        <translation>寻找的光谱：{0}；有效像元：{1}；使用的波段：{2}。</translation>
    </message>
    <message>
        <location filename="tools/summarise.py"/>
        <source>Summarize a background</source>
        <translation>汇总背景</translation>
    </message>
    <message>
        <location filename="tools/summarise.py"/>
        <source>Writes what one raster tells of its background to a small file of sums. "Merge backgrounds" makes a model of RX from the sums of several rasters, the same as if all their pixels had been read together. The files can be made one by one, on different machines, and sent around: no pixel is in them. That is no guarantee of secrecy: they hold the number, mean and covariance of the pixels. Use the same BANDS for all rasters of a sensor.</source>
        <translation>把一个栅格所反映的背景写入小型的累加和文件。“合并背景”由多个栅格的累加和生成 RX 模型，与一次读取它们全部像元的结果相同。这些文件可以逐个在不同的机器上生成并传送：其中不含任何像元。但这不保证保密：其中有像元的数量、均值和协方差。同一传感器的所有栅格请使用相同的 BANDS。</translation>
    </message>
    <message>
        <location filename="tools/summarise.py"/>
        <source>Pixels summed</source>
        <translation>累加的像元</translation>
    </message>
    <message>
        <location filename="tools/summarise.py"/>
        <source>The file of sums, 8 bytes for each pair of bands. The record of the run (.json) is written beside it.</source>
        <translation>累加和文件，每对波段 8 字节。旁边会写出运行记录（.json）。</translation>
    </message>
    <message>
        <location filename="tools/summarise.py"/>
        <source>Allow few pixels</source>
        <translation>允许像元过少</translation>
    </message>
    <message>
        <location filename="tools/summarise.py"/>
        <source>Also sum over fewer than {0} pixels a band. Such sums give single pixels away, and make a poor background.</source>
        <translation>每个波段不足 {0} 个像元时也进行累加。这样的累加和会泄露单个像元，也得不到好的背景。</translation>
    </message>
    <message>
        <location filename="tools/summarise.py"/>
        <source>Summed over {0} pixels in {1} bands.</source>
        <translation>已对 {1} 个波段的 {0} 个像元累加。</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>Threshold: pixels with a larger score are flagged</source>
        <translation>阈值：得分更大的像元被标记</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>Flagged pixels</source>
        <translation>被标记的像元</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>Flagged pixels that are to be expected without any anomaly</source>
        <translation>没有任何异常时预期被标记的像元</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>Threshold scores</source>
        <translation>得分阈值</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>Chooses the score above which a pixel counts as anomalous, so that a stated share of the background is flagged by mistake, and writes the mask. The default fits the upper tail of the scores and leaves out the targets in it, so that they do not raise the threshold. Method, figures and a 95 % interval are kept with the mask.</source>
        <translation>选择得分阈值，高于它的像元算作异常，使给定比例的背景被误标记，并写出掩膜。默认方法对得分的上尾进行拟合，并排除其中的目标，使其不会抬高阈值。方法、数值和 95 % 区间随掩膜保存。</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>Mask</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>1 where the score lies above the threshold, 0 where not, 255 (nodata) where there is none.</source>
        <translation>得分高于阈值处为 1，否则为 0，没有得分处为 255（nodata）。</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source> (95 % interval {0} to {1})</source>
        <translation>（95 % 区间 {0} 至 {1}）</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>Threshold {0} by {1}: {2} of {3} pixels flagged; a background without any anomaly would give about {4}.</source>
        <translation>阈值 {0}，方法 {1}：{3} 个像元中标记了 {2} 个；没有任何异常的背景约会给出 {4} 个。</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>{0} of the largest scores do not fit the background's tail: taken for targets.</source>
        <translation>最大的 {0} 个得分与背景的尾部不符：视为目标。</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>No pixel is flagged: no score lies above the threshold. Raise {0} to see the next candidates.</source>
        <translation>没有像元被标记：没有得分高于阈值。提高 {0} 可看到后续的候选。</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>With {0} pixels a RATE of {1} means less than one false alarm in the layer.</source>
        <translation>像元数为 {0} 时，RATE {1} 意味着图层中的虚警不到一个。</translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>at least </source>
        <translation>至少 </translation>
    </message>
    <message>
        <location filename="tools/threshold.py"/>
        <source>For comparison only: chi-square with {0} degrees of freedom would put the threshold at {1} and flag {2} of the pixels.</source>
        <translation>仅供比较：自由度为 {0} 的卡方分布会把阈值定在 {1}，标记 {2} 的像元。</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>{0} learns no background that could be saved: leave MODEL empty.</source>
        <translation>{0} 没有可保存的背景：请将 MODEL 留空。</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>learn and score</source>
        <translation>学习并打分</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>learn and suppress</source>
        <translation>学习并抑制</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>{0} rows, {1} columns, {2} bands used; {3} valid pixels ({4} %).</source>
        <translation>{0} 行，{1} 列，使用 {2} 个波段；有效像元 {3} 个（{4} %）。</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>The background is learned from {0} pixels.</source>
        <translation>从 {0} 个像元学习背景。</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>Memory needed: about {0} MiB beside the program.</source>
        <translation>所需内存：除程序外约 {0} MiB。</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>About {0} MiB of memory are needed, {1} MiB are free: close other programs or use fewer bands (BANDS), else the run may become very slow, or be ended by the system.</source>
        <translation>约需 {0} MiB 内存，而空闲 {1} MiB：请关闭其他程序或使用更少的波段（BANDS），否则运行可能变得很慢，或被系统终止。</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>{0} anomaly score</source>
        <translation>{0} 异常得分</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>{0} spread of the members</source>
        <translation>{0} 成员间离散度</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>style file</source>
        <translation>样式文件</translation>
    </message>
    <message>
        <location filename="workflow.py"/>
        <source>{0} is kept: it is a style of your own, or of another layer.</source>
        <translation>{0} 予以保留：它是您自己的样式，或属于另一图层。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Example models</source>
        <translation>示例模型</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>RX then evaluate</source>
        <translation>RX 后评价</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Scores an image with RX and judges the scores against a truth raster.</source>
        <translation>用 RX 给影像打分，并用真值栅格评价得分。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>The image.</source>
        <translation>影像。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Not 0 where there is an anomaly.</source>
        <translation>异常处不为 0。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Fit on one raster then apply to another</source>
        <translation>在一个栅格上拟合，再应用于另一个</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Learns the background of one flight line and scores the next with it.</source>
        <translation>学习一条航带的背景，并用它给下一条打分。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Raster to learn from</source>
        <translation>用于学习的栅格</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>What is normal.</source>
        <translation>正常的部分。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Raster to score</source>
        <translation>要打分的栅格</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>The image that gets scores.</source>
        <translation>得到得分的影像。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Consensus then objects</source>
        <translation>共识后提取对象</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>Scores an image with the consensus of several detectors, chooses a threshold for a stated false-alarm rate, and lists the objects above it, with a mask and a report on why they stand out. A start for models of your own.</source>
        <translation>用多个检测器的共识给影像打分，按给定的虚警率选择阈值，列出高于阈值的对象，并附掩膜和说明其为何突出的报告。可作为您自己模型的起点。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>The share of background pixels that may be flagged.</source>
        <translation>允许被标记的背景像元比例。</translation>
    </message>
    <message>
        <location filename="resources/models/make_models.py"/>
        <source>{0} cannot be written to {1}.</source>
        <translation>{0} 无法写入 {1}。</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>none</source>
        <translation>不使用</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>ridge</source>
        <translation>岭</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>single</source>
        <translation>单精度</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>double</source>
        <translation>双精度</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>dense</source>
        <translation>全连接</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>mamba</source>
        <translation>Mamba（状态空间模型）</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>RS-DGC</source>
        <translation>RS-DGC</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>product</source>
        <translation>乘积</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>eca</source>
        <translation>ECA</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>nodata</source>
        <translation>无数据</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>cloud</source>
        <translation>云</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>cirrus</source>
        <translation>卷云</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>haze</source>
        <translation>霾</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>shadow</source>
        <translation>阴影</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>saturated</source>
        <translation>饱和</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>bad</source>
        <translation>坏像元</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>quantile</source>
        <translation>分位数</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>pixels</source>
        <translation>像元</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>objects</source>
        <translation>对象</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>hyperbolic</source>
        <translation>双曲</translation>
    </message>
    <message>
        <location filename="processing/choice.py"/>
        <source>chronochrome</source>
        <translation>计时（chronochrome）</translation>
    </message>
    <message>
        <location filename=""/>
        <source>adversarial {0}</source>
        <translation>对抗项 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>critic {0}</source>
        <translation>判别器 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>energy {0}</source>
        <translation>能量 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>inverse variances {0}</source>
        <translation>方差倒数 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>locality {0}</source>
        <translation>局部性 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>loss {0}</source>
        <translation>损失 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>noise error {0}</source>
        <translation>噪声误差 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>reconstruction {0}</source>
        <translation>重建误差 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>score matching {0}</source>
        <translation>得分匹配 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>spatial error {0}</source>
        <translation>空间误差 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>model file {0}</source>
        <translation>模型文件 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>file of sums {0}</source>
        <translation>累加和文件 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>run record {0}</source>
        <translation>运行记录 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>style file {0}</source>
        <translation>样式文件 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>the image {0}</source>
        <translation>影像有 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>the score layer {0}</source>
        <translation>得分图层有 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>the first score layer {0}</source>
        <translation>第一个得分图层有 {0}</translation>
    </message>
    <message>
        <location filename=""/>
        <source>Plugin</source>
        <translation>插件</translation>
    </message>
    <message>
        <location filename=""/>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <location filename=""/>
        <source>Scratch</source>
        <translation>临时文件夹</translation>
    </message>
    <message>
        <location filename=""/>
        <source>rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <location filename=""/>
        <source>columns</source>
        <translation>列数</translation>
    </message>
    <message>
        <location filename=""/>
        <source>targets</source>
        <translation>目标数</translation>
    </message>
    <message>
        <location filename=""/>
        <source>interval</source>
        <translation>区间</translation>
    </message>
    <message>
        <location filename=""/>
        <source>method</source>
        <translation>方法</translation>
    </message>
    <message>
        <location filename=""/>
        <source>ordinary</source>
        <translation>一般</translation>
    </message>
    <message>
        <location filename=""/>
        <source>median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <location filename=""/>
        <source>flagged</source>
        <translation>被标记</translation>
    </message>
    <message>
        <location filename=""/>
        <source>highest</source>
        <translation>最高</translation>
    </message>
    <message>
        <location filename=""/>
        <source>highest 10 %</source>
        <translation>最高的 10 %</translation>
    </message>
    <message>
        <location filename=""/>
        <source>highest 1 %</source>
        <translation>最高的 1 %</translation>
    </message>
    <message>
        <location filename=""/>
        <source>highest 0.1 %</source>
        <translation>最高的 0.1 %</translation>
    </message>
    <message>
        <location filename=""/>
        <source>found, %</source>
        <translation>找到，%</translation>
    </message>
    <message>
        <location filename=""/>
        <source>it is older than Python {0}</source>
        <translation>它比 Python {0} 旧</translation>
    </message>
</context>
</TS>
